import { startId } from './vocabulary.ts';

/**
 * The Goldfish loss (Hans et al. 2024, arXiv 2406.10209): some tokens are never learned, so that no passage can be said word for word, however often
 * it was typed. Which ones follows from the tokens before them, so that they are the same wherever a passage comes again.
 */
export interface Goldfish {
  /** Share of the tokens that are not learned, above 0 and below 1; the paper has 1/4. */
  readonly share: number;
  /** Which ones: a whole number from 0 to 2³² − 1 that stays on the device, the same for as long as it learns. */
  readonly key: number;
  /** Tokens before a token that decide, 1 or more; 3 by default. The paper has 13 for long documents; messages are short. */
  readonly context?: number;
}

/** Whether the token at a place of a message is left out of the loss. */
export type Forgets = (ids: readonly number[], at: number) => boolean;

/** Throws `RangeError` for settings out of range. */
export function forgetting({ share, key, context = 3 }: Goldfish): Forgets {
  if (!(share > 0 && share < 1)) throw new RangeError(`A share is above 0 and below 1, not ${share}.`);
  if (!(Number.isInteger(key) && key >= 0 && key < 2 ** 32))
    throw new RangeError(`A key is a whole number from 0 to 2³² − 1, not ${key}.`);
  if (!(Number.isInteger(context) && context >= 1))
    throw new RangeError(`A context is a whole number from 1 on, not ${context}.`);
  const below = share * 2 ** 32;
  return (ids, at) => {
    let hash = key;
    for (let i = at - context; i < at; i++) hash = mixed(hash, i < 0 ? startId : ids[i]!);
    return finished(hash) < below;
  };
}

/** MurmurHash3's step for one more word of 32 bits. */
function mixed(hash: number, word: number): number {
  const scrambled = Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotated(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

/** Its end: every bit depends on all. */
function finished(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
