import type { RandomBytes } from './random-bytes.ts';

/** Maximum bytes of one call of `crypto.getRandomValues`. */
const maxRandom = 65_536;

/** Random bytes of the operating system's generator. */
export const systemRandom: RandomBytes = length => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += maxRandom) crypto.getRandomValues(bytes.subarray(at, at + maxRandom));
  return bytes;
};
