import type { RandomBytes } from './random-bytes.ts';

/** Bytes that `crypto.getRandomValues` gives at a time at most. */
const maxRandom = 65_536;

/** The operating system's generator. */
export const systemRandom: RandomBytes = length => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += maxRandom) crypto.getRandomValues(bytes.subarray(at, at + maxRandom));
  return bytes;
};
