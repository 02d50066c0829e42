import type { Turns } from '../server/turns.ts';

/** Those of this process. */
export const systemTurns: Turns = {
  now: () => performance.now(),
  soon: run => {
    setImmediate(run);
  },
};
