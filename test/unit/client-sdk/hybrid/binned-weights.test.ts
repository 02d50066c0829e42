import { fitBinned } from '@murmuration/client-sdk/hybrid/binned-weights';
import { fitWeights } from '@murmuration/client-sdk/hybrid/mixture';
import { expect, it } from 'vitest';
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
