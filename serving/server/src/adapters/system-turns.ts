import type { Turns } from '../server/turns.ts';

/** Turns of this process. */
export const systemTurns: Turns = {
  now: () => performance.now(),
  soon: run => {
    setImmediate(run);
  },
};
