import { expOfMinus, rationalOf } from '@murmuration/privacy/numerics/rational';
import { discreteGaussianNoise, type IntegerNoise, skellamNoise } from '@murmuration/privacy/samplers/noise';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../seeded-random.ts';
import { codeOf } from '../../codes.ts';
import { relativeError } from '../vectors.ts';

const fraction = (numerator: bigint, denominator: bigint) => ({ numerator, denominator });

/** exp(−λ) I_|k|(λ): the probabilities of Skellam noise of variance λ, by the sum of both Poisson numbers. */
function skellamProbability(variance: number, k: number): number {
  const mean = variance / 2;
  let [log, sum] = [-variance, 0];
  for (let i = 1; i <= Math.abs(k); i++) log += Math.log(mean / i);
  for (let i = 0; i < 20 * (mean + 20); i++) {
    sum += Math.exp(log);
    log += 2 * Math.log(mean) - Math.log(i + 1) - Math.log(i + 1 + Math.abs(k));
  }
  return sum;
}

function gaussianProbability(variance: number, k: number): number {
  let sum = 0;
  const most = Math.ceil(12 * Math.sqrt(variance)) + 2;
  for (let i = -most; i <= most; i++) sum += Math.exp((-i * i) / (2 * variance));
  return Math.exp((-k * k) / (2 * variance)) / sum;
}

/** How far the counts of numbers are from what is expected, in standard deviations of χ²; what is expected less than 20 times counts together. */
function misfit(numbers: ArrayLike<number>, probability: (k: number) => number): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < numbers.length; i++) counts.set(numbers[i]!, (counts.get(numbers[i]!) ?? 0) + 1);
  let [chi, cells, restCount, restExpected] = [0, 0, numbers.length, numbers.length];
  for (let k = -400; k <= 400; k++) {
    const expected = numbers.length * probability(k);
    if (expected < 20) continue;
    const count = counts.get(k) ?? 0;
    chi += (count - expected) ** 2 / expected;
    cells += 1;
    restCount -= count;
    restExpected -= expected;
  }
  if (restExpected > 5) chi += (restCount - restExpected) ** 2 / restExpected;
  return (chi - cells) / Math.sqrt(2 * cells);
}

function drawn(noise: IntegerNoise, count: number, seed: number): Int32Array {
  const numbers = new Int32Array(count);
  noise.addTo(numbers, seededRandom(seed));
  return numbers;
}

describe('Skellam noise', () => {
  it.each([0.02, 0.7, 5, 100, 777.7])('of variance %d has its probabilities', variance => {
    const numbers = drawn(skellamNoise(variance), 100_000, 1);
    expect(misfit(numbers, k => skellamProbability(variance, k))).toBeLessThan(5);
    // Planted: 5 % less noise, a variance for a standard deviation, one Poisson number too few.
    if (variance === 100) {
      expect(misfit(numbers, k => skellamProbability(0.95 ** 2 * variance, k))).toBeGreaterThan(20);
      expect(misfit(drawn(skellamNoise(10), 100_000, 1), k => skellamProbability(100, k))).toBeGreaterThan(
        20,
      );
      expect(misfit(numbers, k => skellamProbability(0.9 * variance, k))).toBeGreaterThan(20);
    }
  });

  it('adds up to noise of the sum of the variances, whoever is lost', () => {
    const shares = skellamNoise(12.5);
    const sum = new Int32Array(100_000);
    for (let device = 0; device < 8; device++) shares.addTo(sum, seededRandom(device));
    expect(misfit(sum, k => skellamProbability(100, k))).toBeLessThan(5);
    // Planted: sized for ten devices where eight are counted.
    const short = new Int32Array(100_000);
    for (let device = 0; device < 8; device++) skellamNoise(10).addTo(short, seededRandom(device));
    expect(misfit(short, k => skellamProbability(100, k))).toBeGreaterThan(20);
  });

  it.each([1e4, 1e6, 3e8])('of variance %d has its moments', variance => {
    const numbers = drawn(skellamNoise(variance), 100_000, 3);
    let [sum, squares] = [0, 0];
    for (const value of numbers) {
      sum += value;
      squares += value * value;
    }
    const n = numbers.length;
    expect(Math.abs(sum / n)).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(Math.abs(squares / n / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  });

  it('is added to what is there', () => {
    const numbers = new Int32Array(10_000).fill(1_000);
    skellamNoise(3).addTo(numbers, seededRandom(4));
    const plain = drawn(skellamNoise(3), 10_000, 4);
    expect(numbers).toEqual(plain.map(value => value + 1_000));
  });

  it.each([0, -1, Number.NaN, Infinity])('refuses the variance %d', variance => {
    expect(codeOf(() => skellamNoise(variance))).toBe('config.invalid');
    expect(codeOf(() => discreteGaussianNoise(variance))).toBe('config.invalid');
    expect(() => skellamNoise(variance)).toThrow(
      `The variance of this noise is above 0 and at most ${2 ** 56}; found ${variance}.`,
    );
    expect(() => discreteGaussianNoise(variance)).toThrow(`at most ${2 ** 28}; found ${variance}.`);
  });

  it('refuses variances whose sums no longer fit, or whose tables would be too long', () => {
    expect(() => skellamNoise(2 ** 57)).toThrow('found 144115188075855870.');
    expect(() => discreteGaussianNoise(2 ** 28 + 1)).toThrow('found 268435457.');
  });

  it.each([
    [7, 2],
    [2 ** 26, 4],
  ])('of variance %d takes four bytes for each of its Poisson numbers', (variance, numbers) => {
    for (const count of [10, 8_192, 8_193]) {
      let bytes = 0;
      const random = seededRandom(7);
      skellamNoise(variance).addTo(new Int32Array(count), length => {
        // 32 bits decide nearly always; others are drawn by themselves.
        if (length !== 4_096) bytes += length;
        return random(length);
      });
      expect(bytes).toBe(4 * count * numbers);
    }
  });
});

describe('discrete Gaussian noise', () => {
  it.each([0.05, 0.3, 1, 20, 400])('of variance %d has its probabilities', variance => {
    const numbers = drawn(discreteGaussianNoise(variance), 100_000, 5);
    expect(misfit(numbers, k => gaussianProbability(variance, k))).toBeLessThan(5);
    if (variance === 20)
      expect(misfit(numbers, k => gaussianProbability(0.95 ** 2 * variance, k))).toBeGreaterThan(20);
  });
});

describe('inversion', () => {
  /** Gives words in order, then seeded bytes. */
  const scripted = (...words: number[]) => {
    const rest = seededRandom(6);
    return (length: number): Uint8Array => {
      const bytes = rest(length);
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      for (let at = 0; at + 4 <= length && words.length > 0; at += 4)
        view.setUint32(at, words.shift()!, true);
      return bytes;
    };
  };
  const numberOf = (noise: IntegerNoise, ...words: number[]): number => {
    const one = new Int32Array(1);
    noise.addTo(one, scripted(...words));
    return one[0]!;
  };
  const noise = discreteGaussianNoise(1);

  it('looks at more bits where the first are those of a bound', () => {
    // P(x ≤ −1) = (1 − P(0)) / 2, with 64 digits of two: as bigints.
    const weights = Array.from({ length: 20 }, (_, x) => expOfMinus(fraction(BigInt(x * x), 2n), 200));
    const tail = weights.slice(1).reduce((sum, weight) => sum + weight, 0n);
    const bound = (tail << 64n) / (2n * tail + weights[0]!);
    const [high, low] = [Number(bound >> 32n), Number(bound & 0xffff_ffffn)];
    // The next bits come from four bytes, little-endian.
    expect(numberOf(noise, high - 1)).toBe(-1);
    expect(numberOf(noise, high + 1)).toBe(0);
    expect(numberOf(noise, high, low - 1)).toBe(-1);
    expect(numberOf(noise, high, low + 1)).toBe(0);
    expect([-1, 0]).toContain(numberOf(noise, high, low, 0));
  });

  it('has no end of the tails', () => {
    expect(numberOf(noise, 0, 0, 1)).toBeLessThan(-10);
    expect(numberOf(noise, 0xffff_ffff, 0xffff_ffff, 5)).toBeGreaterThan(8);
    expect(numberOf(skellamNoise(100), 0, 0, 0, 1)).toBeDefined();
  });
});

describe('fractions', () => {
  it('are numbers to their last bit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), value => {
        const { numerator, denominator } = rationalOf(value);
        expect(Number(numerator) / Number(denominator)).toBe(value);
      }),
    );
  });

  it('have exponentials', () => {
    for (const x of [0, 1e-6, 0.5, 1, 17.25, 600]) {
      const found = Number(expOfMinus(rationalOf(x), 1_000)) / 2 ** 1_000;
      expect(relativeError(found, Math.exp(-x))).toBeLessThan(1e-13);
    }
    // Rounded down, within 1.
    for (const x of [0, 1e-6, 0.1, 0.5, 1, 17.25, 44, 600])
      for (const bits of [8, 64, 100]) {
        const exact = expOfMinus(rationalOf(x), bits + 200) >> 200n;
        const off = exact - expOfMinus(rationalOf(x), bits);
        expect(off === 0n || off === 1n).toBe(true);
      }
    expect(expOfMinus(rationalOf(0), 10)).toBe(1_024n);
    // The digits of 1/e.
    const digits = (expOfMinus(fraction(1n, 1n), 400) * 10n ** 50n) >> 400n;
    expect(digits).toBe(36787944117144232159552377016146086744581113103176n);
  });
});
