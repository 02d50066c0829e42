import { decodeNgrams, encodeNgrams, type Ngram } from '@murmuration/protocol/ngrams/ngram-file';
import { NgramModel } from '@murmuration/protocol/ngrams/ngram-model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { lookUps } from '../../../reference/ngrams.ts';
import frozen from '../../../vectors/ngrams.json' with { type: 'json' };

const classes = 9;
const firstClass = 3;

const counted = fc
  .uniqueArray(
    fc.tuple(
      fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 3 }),
      fc.integer({ min: 3, max: 8 }),
      fc.integer({ min: 3, max: 90 }),
    ),
    { minLength: 1, maxLength: 80, selector: ([before, last]) => `${before} ${last}` },
  )
  .map(all => all.map(([before, last, count]): Ngram => ({ ids: [...before, last], count })));

const modelOf = (all: readonly Ngram[]) =>
  new NgramModel(decodeNgrams(encodeNgrams(all, { classes, firstClass, threshold: 3 })));

/** The formula of the SPEC as it stands there, from the definition, without a trie. */
function probability(all: readonly Ngram[], word: number, context: readonly number[]): number {
  const countOf = (ids: readonly number[]) => all.find(each => each.ids.join() === ids.join())?.count ?? 0;
  const below = () =>
    context.length === 0 ? 1 / (classes - firstClass) : probability(all, word, context.slice(1));
  const followers = all.filter(
    ({ ids }) => ids.slice(0, -1).join() === context.join() && ids.length === context.length + 1,
  );
  if (followers.length === 0) return below();
  const sum = followers.reduce((total, { count }) => total + count, 0);
  const z = Math.max(context.length > 0 ? countOf(context) : 0, sum) + followers.length;
  return countOf([...context, word]) / z + (1 - sum / z) * below();
}

describe('a model of counted n-grams', () => {
  it('MD8: gives each class what the formula gives it, and all of them 1', () => {
    fc.assert(
      fc.property(counted, fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 5 }), (all, input) => {
        const longest = Math.max(...all.map(({ ids }) => ids.length));
        const values = modelOf(all).probabilities(input, input.length, new Float32Array(classes));
        const context = longest > 1 ? input.slice(-(longest - 1)) : [];
        const expected = Array.from({ length: classes }, (_, id) =>
          id < firstClass ? 0 : probability(all, id, context),
        );
        for (const [id, value] of expected.entries()) expect(values[id]).toBeCloseTo(value, 5);
        expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      }),
    );
  });

  it('looks at no more of an input than it is told to', () => {
    const model = modelOf([
      { ids: [5], count: 3 },
      { ids: [4, 5], count: 9 },
    ]);
    const after = (input: readonly number[], end: number) => [
      ...model.probabilities(input, end, new Float32Array(classes)),
    ];
    expect(after([4, 7, 8], 1)).toEqual(after([4], 1));
    expect(after([4], 1)).not.toEqual(after([], 0));
  });

  it('says how far it looks back, and how often it has seen that', () => {
    const model = modelOf([
      { ids: [4], count: 30 },
      { ids: [5], count: 30 },
      { ids: [4, 5], count: 9 },
      { ids: [1, 4, 5], count: 4 },
      { ids: [5, 4], count: 6 },
    ]);
    expect(model.known([1, 4], 2)).toEqual({ depth: 2, count: 4 });
    expect(model.known([2, 4], 2)).toEqual({ depth: 1, count: 30 });
    // Nothing is known to follow 5 and 4.
    expect(model.known([5, 4], 2)).toEqual({ depth: 1, count: 30 });
    expect([model.classes, model.firstClass]).toEqual([classes, firstClass]);
    expect(model.known([4, 8], 2)).toEqual({ depth: 0, count: 0 });
    expect(model.known([], 0)).toEqual({ depth: 0, count: 0 });
  });

  it('MD8: gives the frozen probabilities', () => {
    expect(lookUps(frozen.file, frozen.inputs)).toEqual(frozen.probabilities);
  });
});
