import { RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { firstWordId, mostFrequentWords, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { NgramMixture } from '@murmuration/studies/baselines/ngram-mixture';
import { countRecall } from '@murmuration/studies/baselines/recall';
import { WittenBell } from '@murmuration/studies/baselines/witten-bell';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const words = ['a', 'b', 'c', 'd', 'e'];
const text = fc.array(
  fc
    .array(fc.constantFrom(...words, 'z', '10'), { minLength: 1, maxLength: 6 })
    .map(written => written.join(' ')),
  { minLength: 1, maxLength: 10 },
);

function modelOf(order: 1 | 2 | 3, vocabulary: Vocabulary, messages: readonly string[]): WittenBell {
  return new WittenBell(
    order,
    vocabulary.size,
    messages.map(each => vocabulary.encode(each)),
  );
}

describe('a mixture of n-gram models', () => {
  it('is as counted by hand', () => {
    // Of order 1 over unknown, number, a, b, c. In "a a b": (2 + 2/5)/5 of a, (1 + 2/5)/5 of b, 0.4/5 of each other. In "c": (0 + 1/5)/2
    // of each other than c, (1 + 1/5)/2 of c. Mixed 3 : 1, a has 0.385, b 0.235, c 0.21; mixed 1 : 1, c has 0.34, a 0.29, b 0.19.
    const vocabulary = new Vocabulary(['a', 'b', 'c']);
    const [a, b, c] = [firstWordId, firstWordId + 1, firstWordId + 2];
    const [everybody, own] = [modelOf(1, vocabulary, ['a a b']), modelOf(1, vocabulary, ['c'])];
    const size = vocabulary.size;
    expect(everybody.probabilities([], new Float64Array(size))[a!]).toBeCloseTo(0.48, 12);
    expect(own.probabilities([], new Float64Array(size))[c!]).toBeCloseTo(0.6, 12);
    const best = (lambda: number) =>
      new NgramMixture({ model: everybody, weight: 1 - lambda }, { model: own, weight: lambda }).best([], 3);
    expect(best(0.25)).toEqual([a, b, c]);
    expect(best(0.5)).toEqual([c, a, b]);
    expect(best(0.3)).toEqual([a, c, b]);
  });

  it('suggests what the sums over the whole vocabulary put first', () => {
    const vocabulary = new Vocabulary(words);
    fc.assert(
      fc.property(
        text,
        text,
        fc.constantFrom(1, 2, 3),
        fc.constantFrom(0, 0.125, 0.5),
        fc.array(fc.constantFrom(...words), { maxLength: 3 }),
        (all, mine, order, lambda, written) => {
          const history = vocabulary.encode(written.join(' '));
          const models = [all, mine].map(messages => modelOf(order as 1 | 2 | 3, vocabulary, messages));
          const [first, second] = models.map(model =>
            model.probabilities(history, new Float64Array(vocabulary.size)),
          ) as [Float64Array, Float64Array];
          const mixed = (id: number) => (1 - lambda) * first[id]! + lambda * second[id]!;
          const found = new NgramMixture(
            { model: models[0]!, weight: 1 - lambda },
            { model: models[1]!, weight: lambda },
          ).best(history, 3);
          expect(found).toHaveLength(3);
          const ranked = words.map((_, i) => mixed(firstWordId + i)).sort((a, b) => b - a);
          for (const [place, id] of found.entries()) expect(mixed(id)).toBeCloseTo(ranked[place]!, 12);
        },
      ),
    );
  });
});

describe('the recall of an n-gram model', () => {
  const training = ['a b c', 'a b a', 'c'];
  const known = mostFrequentWords(training, Number.POSITIVE_INFINITY);
  const recallOf = (model: WittenBell, heldOut: readonly string[]) =>
    countRecall(
      new RecallCounter(),
      new NgramMixture({ model, weight: 1 }),
      heldOut.map(each => known.encode(each)),
    ).recall;

  it('of a unigram suggests the most frequent words everywhere', () => {
    const unigram = modelOf(1, known, training);
    // Suggested are a, b, c in this order; d is unknown, 2024 not scored.
    expect(recallOf(unigram, ['a c 2024', 'b d'])).toEqual({ top1: 0.25, top3: 0.75, words: 4 });
  });

  it('of a trigram suggests what followed, from the beginning of each message', () => {
    const trigram = modelOf(3, known, ['a b c', 'a b c', 'b a a']);
    expect(recallOf(trigram, ['a b c'])).toEqual({ top1: 1, top3: 1, words: 3 });
    expect(recallOf(trigram, ['b a a', 'a'])).toEqual({ top1: 0.75, top3: 1, words: 4 });
  });
});
