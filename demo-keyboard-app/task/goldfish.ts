import { startId } from './vocabulary.ts';

/**
 * Settings of the Goldfish loss (Hans et al. 2024, arXiv 2406.10209): some tokens are never learned, so that
 * the model can't repeat a passage word for word, however often it was typed. The choice follows from the
 * tokens before, so that it is the same wherever a passage occurs again.
 */
export interface Goldfish {
  /** Share of the tokens that are not learned, above 0 and below 1; the paper has 1/4. */
  readonly share: number;
  /**
   * Key of the choice: an integer from 0 to 2³² − 1 that stays on the device and does not change while it
   * learns.
   */
  readonly key: number;
  /**
   * Number of preceding tokens that decide, 1 or more; 3 by default. The paper has 13 for long documents;
   * messages are short.
   */
  readonly context?: number;
}

/** Function that returns true if the token at a position of a message is left out of the loss. */
export type Forgets = (ids: readonly number[], at: number) => boolean;

/** Creates the choice of tokens. Throws `RangeError` for settings out of range. */
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

/** Mixes one more 32-bit word into the hash, as in MurmurHash3. */
function mixed(hash: number, word: number): number {
  const scrambled = Math.imul(rotated(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotated(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

/** Finalises the hash, as in MurmurHash3: every bit depends on all. */
function finished(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
