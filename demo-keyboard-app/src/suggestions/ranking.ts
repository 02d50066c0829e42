import { firstWordId, type Vocabulary } from '../../task/vocabulary.ts';

/**
 * The `count` likeliest words that begin with `prefix` (lower-case; empty: all words), the likeliest first; of equally likely ones
 * the more frequent. Words of probability 0 are none.
 */
export function likeliestWords(
  probabilities: Float32Array,
  vocabulary: Vocabulary,
  count: number,
  prefix: string,
): string[] {
  const best: { readonly word: string; readonly probability: number }[] = [];
  for (const [i, word] of vocabulary.words.entries()) {
    const probability = probabilities[firstWordId + i]!;
    const isBetter = probability > (best.length < count ? 0 : best.at(-1)!.probability);
    if (!isBetter || !word.startsWith(prefix)) continue;
    const place = best.findIndex(other => other.probability < probability);
    best.splice(place < 0 ? best.length : place, 0, { word, probability });
    if (best.length > count) best.pop();
  }
  return best.map(({ word }) => word);
}
