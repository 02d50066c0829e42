import { fitBinned } from '@murmuration/client-sdk/hybrid/binned-weights';
import { fitWeights } from '@murmuration/client-sdk/hybrid/mixture';
import { type PartsPrior, priorOf } from '@murmuration/client-sdk/hybrid/weights-prior';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';

const count = 400;
const all = Array.from({ length: count }, (_, question) => question);
const bins = all.map(() => '0');

/** Uniform numbers from 0 to 1 that follow from a seed. */
function uniforms(seed: number): () => number {
  const random = seededRandom(seed);
  return () => new DataView(random(4).buffer).getUint32(0, true) / 2 ** 32;
}

/** What two parts that know as much give to what came; the first was taught so many of the answers before. */
function given(seed: number, taught: number): Float32Array[] {
  const uniform = uniforms(seed);
  const part = () => Float32Array.from(all, () => (uniform() < 0.3 ? 0.6 : 0.02));
  const [first, second] = [part(), part()];
  return [first.map(value => (uniform() < taught ? 0.9 : value)), second];
}

const lossOf = (parts: readonly Float32Array[], weights: readonly number[]) =>
  -all.reduce((sum, i) => sum + Math.log(parts.reduce((p, part, k) => p + weights[k]! * part[i]!, 0)), 0) /
  count;

it('are those under which the questions were likeliest, where all parts know them alike', () => {
  const parts = given(1, 0);
  expect(fitBinned({ parts, bins, untaught: [false, false] }, all, false).all).toEqual(fitWeights(parts));
});

it('make up for what the others were taught of the questions, so that what comes next is likelier', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const parts = given(seed, 0.3);
    const next = given(100 + seed, 0);
    const [plain, fair] = [false, true].map(
      own => fitBinned({ parts, bins, untaught: [false, own] }, all, false).all,
    );
    expect(fair![1]).toBeGreaterThan(plain![1]!);
    expect(lossOf(next, fair!)).toBeLessThan(lossOf(next, plain!));
  }
});

it('leave a part that knows nothing the share of its handicap, no more', () => {
  const [first] = given(3, 0);
  const parts = [first!, new Float32Array(count).fill(1e-6)];
  const [, weight] = fitBinned({ parts, bins, untaught: [false, true] }, all, false).all;
  expect(weight).toBeCloseTo(0.1 / 1.1, 2);
});

describe('weights that begin from a prior', () => {
  const prior = (questions: number): PartsPrior => ({
    all: [0.2, 0.8],
    bins: new Map([
      ['0', [0.5, 0.5]],
      ['3', [0.9, 0.1]],
    ]),
    questions,
  });
  const untaught = [false, true];
  const fitted = (parts: readonly Float32Array[], among: readonly number[], questions: number) =>
    fitBinned({ parts, bins, untaught, prior: prior(questions) }, among, true);
  const close = (weights: readonly number[] | undefined, to: readonly number[], digits: number) =>
    expect(weights!.map((weight, i) => Math.abs(weight - to[i]!) < 10 ** -digits)).toEqual(
      to.map(() => true),
    );

  it('are that without questions, by all of its bins', () => {
    const { all, bins } = fitted(given(1, 0), [], 100);
    close(all, [0.2, 0.8], 9);
    close(bins.get('0'), [0.5, 0.5], 9);
    close(bins.get('3'), [0.9, 0.1], 9);
  });

  it('are those of the questions where these are far more, and those of the prior where they are far fewer', () => {
    const [first] = given(5, 0);
    const parts = [first!, new Float32Array(count).fill(0.01)];
    close(fitted(parts, all, 1).all, [1, 0], 1);
    close(fitted(parts, all, 1e6).all, [0.2, 0.8], 2);
    close(fitted(parts, all, 1e6).bins.get('0'), [0.5, 0.5], 2);
  });

  it('are shared by those models that are there', () => {
    const of = { weights: { a: 0.3, b: 0.5 }, bins: { 12: { a: 0.6, b: 0.1 } }, questions: 7 };
    const both = priorOf(of, ['a', 'b'], 2);
    close(both.all, [0.2, 0.3, 0.5], 9);
    close(both.bins.get('12'), [0.3, 0.6, 0.1], 9);
    const one = priorOf(of, ['b'], 2);
    close(one.all, [0.2 / 0.7, 0.5 / 0.7], 9);
    expect([one.bins.size, one.questions]).toEqual([0, 7]);
    // Those that are there had nothing.
    close(priorOf({ weights: { a: 1 }, questions: 1 }, ['b'], 2).all, [0.5, 0.5], 9);
  });
});
