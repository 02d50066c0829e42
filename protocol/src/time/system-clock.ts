import type { Clock } from './clock.ts';

/** Longest delay of a timer, ms; a longer one would fire at once. */
const maxDelay = 2 ** 31 - 1;

/** The machine's clock, as somebody may set it. */
export const systemClock: Clock = {
  ...clockOf(() => Date.now()),
  elapsed: () => globalThis.performance?.now() ?? Date.now(),
};

/**
 * A clock that shows what the machine's does at this moment, and goes on from there whoever sets that: for a process whose deadlines
 * are to keep their length. `wall` gives ms since 1970, `monotonic` ms since whenever.
 */
export function steadyClock(
  wall: () => number = () => Date.now(),
  monotonic: () => number = () => performance.now(),
): Clock {
  const anchor = wall() - monotonic();
  const now = () => Math.floor(anchor + monotonic());
  return { ...clockOf(now), ahead: () => wall() - now() };
}

function clockOf(now: () => number): Clock {
  return {
    now,
    at(time, wake) {
      let timer: ReturnType<typeof setTimeout>;
      const arm = () => {
        const delay = Math.max(0, time - now());
        timer = setTimeout(() => (delay > maxDelay ? arm() : wake()), Math.min(delay, maxDelay));
      };
      arm();
      return () => clearTimeout(timer);
    },
  };
}
