import type { Clock } from './clock.ts';

/** Maximum delay of a timer, ms; a longer one would fire at once. */
const maxDelay = 2 ** 31 - 1;

/** Clock of the machine, which may be set at any time. */
export const systemClock: Clock = {
  ...clockOf(() => Date.now()),
  elapsed: () => globalThis.performance?.now() ?? Date.now(),
};

/**
 * Clock that starts at the machine's current time and continues even if that is set: for a process whose
 * deadlines must keep their length. `wall` returns ms since 1970, `monotonic` ms since an arbitrary moment.
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
