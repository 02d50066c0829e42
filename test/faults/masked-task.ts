import { lineTask } from '../e2e/line.ts';

/** What a coordinator of its own serves while it is ended in one phase after the other. */
export default lineTask({
  masking: { threat: 'honest-but-curious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 4, minimum: 4, overSelection: 1 },
  deadlines: { gathering: '1 min', keys: '1 min', shares: '1 min', updates: '1 min', unmasking: '1 min' },
  schedule: { every: '1 h' },
});
