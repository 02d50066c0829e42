import { lineTask } from '../e2e/line.ts';

/** What a coordinator of its own serves while it is ended in one phase after the other; each case has a task to itself. */
export const maskedTask = (name: string) =>
  lineTask({
    name,
    masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
    cohort: { goal: 4, minimum: 4, overSelection: 1 },
    // Tasks wait in gathering until it is their turn.
    deadlines: {
      gathering: '1 h',
      keys: '1 min',
      shares: '1 min',
      updates: '1 min',
      agreement: '1 min',
      unmasking: '1 min',
    },
    schedule: { every: '1 h' },
  });
