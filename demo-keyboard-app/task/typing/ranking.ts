import { firstWordId, type Vocabulary } from '../vocabulary.ts';
import { Spelling } from './spelling.ts';

/** Likelihoods of the next word. */
export interface Likelihoods {
  /** Likelihoods of the model's classes; they sum to what words outside the vocabulary leave of 1. */
  readonly values: Float32Array;
  /** Likelihoods of words that the vocabulary lacks, by their spelling. */
  readonly own: ReadonlyMap<string, number>;
}

const spellings = new WeakMap<Vocabulary, Spelling>();

/**
 * Returns the `count` likeliest words that `typed` may stand for (lower-case; empty: all words), the
 * likeliest first; of equally likely ones the more frequent goes first. A word's likelihood is the product of
 * its probability as the next word and that of typing it so, with slips of the finger (a noisy channel:
 * Kernighan, Church and Gale 1990). Leaves out words of probability 0, and numbers.
 */
export function likeliestWords(
  { values, own }: Likelihoods,
  vocabulary: Vocabulary,
  count: number,
  typed: string,
): string[] {
  const best: { readonly word: string; readonly score: number }[] = [];
  const offer = (word: string, probability: number, cost: number) => {
    const score = probability * Math.exp(-cost);
    const isBetter = score > (best.length < count ? 0 : best.at(-1)!.score);
    if (!isBetter || !/\p{L}/u.test(word)) return;
    const place = best.findIndex(other => other.score < score);
    best.splice(place < 0 ? best.length : place, 0, { word, score });
    if (best.length > count) best.pop();
  };
  const { words } = vocabulary;
  if (typed === '') for (const [place, word] of words.entries()) offer(word, values[firstWordId + place]!, 0);
  else
    for (const [place, cost] of [...spellingOf(vocabulary).meant(typed)].sort(([a], [b]) => a - b))
      offer(words[place]!, values[firstWordId + place]!, cost);
  const ownWords = [...own];
  const ownCosts =
    typed === '' ? null : new Spelling(ownWords.map(([word]) => word.toLowerCase())).meant(typed);
  for (const [place, [word, probability]] of ownWords.entries()) {
    const cost = ownCosts ? ownCosts.get(place) : 0;
    if (cost !== undefined) offer(word, probability, cost);
  }
  return best.map(({ word }) => word);
}

/** Spelling of the vocabulary, made once. */
function spellingOf(vocabulary: Vocabulary): Spelling {
  const known = spellings.get(vocabulary) ?? new Spelling(vocabulary.words);
  spellings.set(vocabulary, known);
  return known;
}
