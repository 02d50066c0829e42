import { lineTask } from './line.ts';

/** One device is enough for a round, so that a single process can be watched. */
export default lineTask({
  cohort: { goal: 1, minimum: 1, overSelection: 1 },
  deadlines: { gathering: '1 min', updates: '1 min' },
});
