import { lineTask } from './line.ts';

/** Rounds of 12 devices under a privacy budget, spread over two cells with six each. */
export default lineTask({
  masking: { corrupt: 0.05, dropping: 0.1, smallestGroup: 3 },
  cohort: { goal: 12, minimum: 8, overSelection: 1, cells: 2 },
  deadlines: {
    gathering: '30 s',
    messages: '1 min',
    updates: '1 min',
  },
  update: { clip: 1, bits: 12, weighting: 'uniform' },
  privacy: { epsilon: 8, delta: 1e-6, rounds: 10 },
  schedule: { every: '1 h' },
});
