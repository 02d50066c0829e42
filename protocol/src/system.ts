import type { Clock, RandomBytes } from './ports.ts';

/** Longest delay of a timer, ms; a longer one would fire at once. */
const maxDelay = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(time, wake) {
    let timer: ReturnType<typeof setTimeout>;
    const arm = () => {
      const delay = Math.max(0, time - Date.now());
      timer = setTimeout(() => (delay > maxDelay ? arm() : wake()), Math.min(delay, maxDelay));
    };
    arm();
    return () => clearTimeout(timer);
  },
};

/** Bytes that `crypto.getRandomValues` gives at a time at most. */
const maxRandom = 65_536;

/** The operating system's generator. */
export const systemRandom: RandomBytes = length => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += maxRandom) crypto.getRandomValues(bytes.subarray(at, at + maxRandom));
  return bytes;
};
