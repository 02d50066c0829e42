import { firstWordId, type Vocabulary } from '../../task/vocabulary.ts';

/** How likely words are to come next. */
export interface Likelihoods {
  /** Of the classes of the model. */
  readonly values: Float32Array;
  /** Of words that the vocabulary lacks, by their spelling; what they leave of 1 is for the words of the model. */
  readonly own: ReadonlyMap<string, number>;
}

/**
 * The `count` likeliest words that begin with `prefix` (lower-case; empty: all words), the likeliest first; of equally likely ones
 * the more frequent. Words of probability 0 are none, and neither are numbers.
 */
export function likeliestWords(
  { values, own }: Likelihoods,
  vocabulary: Vocabulary,
  count: number,
  prefix: string,
): string[] {
  const best: { readonly word: string; readonly probability: number }[] = [];
  const offer = (word: string, probability: number) => {
    const isBetter = probability > (best.length < count ? 0 : best.at(-1)!.probability);
    if (!isBetter || !word.toLowerCase().startsWith(prefix) || !/\p{L}/u.test(word)) return;
    const place = best.findIndex(other => other.probability < probability);
    best.splice(place < 0 ? best.length : place, 0, { word, probability });
    if (best.length > count) best.pop();
  };
  const left = 1 - Array.from(own.values()).reduce((sum, share) => sum + share, 0);
  for (const [i, word] of vocabulary.words.entries()) offer(word, left * values[firstWordId + i]!);
  for (const [word, probability] of own) offer(word, probability);
  return best.map(({ word }) => word);
}
