import { lineTask } from '../e2e/line.ts';

/** What a coordinator of its own serves while it is ended; each phase has a task to itself. */
export const maskedTask = (name: string) =>
  lineTask({
    name,
    masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
    cohort: { goal: 4, minimum: 4, overSelection: 1 },
    // Tasks wait in their phase until it is their turn.
    deadlines: {
      gathering: '1 h',
      messages: '1 h',
      updates: '1 h',
    },
    schedule: { every: '1 h' },
  });
