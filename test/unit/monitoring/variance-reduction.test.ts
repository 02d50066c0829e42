import { alwaysValid } from '@murmuration/monitoring/experiments/always-valid';
import { type ArmSums, meanOf, varianceOf } from '@murmuration/monitoring/experiments/arm-sums';
import {
  type KnownCovariates,
  reduced,
  removedShare,
  withUnknown,
} from '@murmuration/monitoring/experiments/variance-reduction';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from './uniform.ts';

interface Unit {
  readonly arm: number;
  readonly value: number;
  /** undefined: not known. */
  readonly covariate: number | undefined;
}

/** Units of three arms, a third without a covariate; the slopes of values on it are apart from arm to arm. */
function drawn(seed: number, count: number, centre: number, apart = 0.2): Unit[] {
  const random = uniform(seed);
  const gaussian = normal(random);
  return Array.from({ length: count }, () => {
    const arm = random() < 0.2 ? 0 : random() < 0.5 ? 1 : 2;
    const before = gaussian();
    const value = 5 + 0.3 * arm + (1 + apart * arm) * before + 0.5 * gaussian();
    return { arm, value, covariate: random() < 1 / 3 ? undefined : centre + before };
  });
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

/** The sums of each arm, with covariates less an anchor. */
function sumsOf(units: readonly Unit[], anchor: number): { all: ArmSums; known: KnownCovariates }[] {
  return [0, 1, 2].map(arm => {
    const own = units.filter(unit => unit.arm === arm);
    const known = own.filter(({ covariate }) => covariate !== undefined);
    const away = known.map(({ covariate }) => covariate! - anchor);
    return {
      all: {
        n: own.length,
        sum: total(own.map(({ value }) => value)),
        squares: total(own.map(({ value }) => value ** 2)),
      },
      known: {
        n: known.length,
        covariate: total(away),
        covariateSquares: total(away.map(each => each ** 2)),
        sum: total(known.map(({ value }) => value)),
        products: total(known.map(({ value }, at) => value * away[at]!)),
      },
    };
  });
}

/** Least squares by the normal equations, solved by Gauss and Jordan: the second implementation. */
function leastSquares(rows: readonly (readonly number[])[], values: readonly number[]): number[] {
  const width = rows[0]!.length;
  const system = Array.from({ length: width }, (_, row) => [
    ...Array.from({ length: width }, (_, column) => total(rows.map(each => each[row]! * each[column]!))),
    total(rows.map((each, at) => each[row]! * values[at]!)),
  ]);
  for (let at = 0; at < width; at++) {
    const pivot = system[at]!.map(each => each / system[at]![at]!);
    system[at] = pivot;
    for (let row = 0; row < width; row++)
      if (row !== at) {
        const factor = system[row]![at]!;
        system[row] = system[row]!.map((each, column) => each - factor * pivot[column]!);
      }
  }
  return system.map(row => row[width]!);
}

describe('arms without what a covariate explains', () => {
  it.each([
    [1, 0],
    [2, 17],
    [3, -900_000_000_000],
  ])(
    'differ as the coefficients of a regression on arm and covariate say (seed %i, around %d)',
    (seed, centre) => {
      const units = drawn(seed, 600, centre);
      // What came first is the anchor, as in a running experiment.
      const anchor = units.find(({ covariate }) => covariate !== undefined)!.covariate!;
      const known = units.flatMap(({ covariate }) => (covariate === undefined ? [] : [covariate - anchor]));
      const mean = total(known) / known.length;
      const rows = units.map(({ arm, covariate }) => [
        1,
        arm === 1 ? 1 : 0,
        arm === 2 ? 1 : 0,
        covariate === undefined ? 0 : covariate - anchor - mean,
      ]);
      const values = units.map(({ value }) => value);
      const [, second, third, slope] = leastSquares(rows, values) as [number, number, number, number];

      const before = sumsOf(units, anchor);
      const after = reduced(withUnknown(before));
      const means = after.map(meanOf);
      expect(means[1]! - means[0]!).toBeCloseTo(second, 9);
      expect(means[2]! - means[0]!).toBeCloseTo(third, 9);
      for (const arm of [0, 1, 2]) {
        const left = rows.flatMap((row, at) =>
          units[at]!.arm === arm ? [values[at]! - slope * row[3]!] : [],
        );
        const middle = total(left) / left.length;
        const variance = total(left.map(each => (each - middle) ** 2)) / left.length;
        expect(varianceOf(after[arm]!, 0)).toBeCloseTo(variance, 8);
      }
      // What least squares with the covariate leave of the squares that they leave without it.
      const left = (columns: number) => {
        const few = rows.map(row => row.slice(0, columns));
        const coefficients = leastSquares(few, values);
        return total(
          few.map((row, at) => (values[at]! - total(row.map((each, c) => each * coefficients[c]!))) ** 2),
        );
      };
      const removed = removedShare(
        before.map(({ all }) => all),
        after,
      );
      expect(removed).toBeCloseTo(1 - left(4) / left(3), 8);
      expect(removed).toBeGreaterThan(0.4);
    },
  );

  it('are as they were where no covariate is known, or all are the same', () => {
    const units = drawn(4, 100, 3);
    for (const same of [undefined, 3]) {
      const before = sumsOf(
        units.map(unit => ({ ...unit, covariate: same })),
        3,
      );
      const all = before.map(each => each.all);
      expect(reduced(withUnknown(before))).toEqual(all);
      expect(removedShare(all, all)).toBe(0);
    }
    expect(removedShare([], [])).toBe(0);
    expect(withUnknown([])).toEqual([]);
  });

  it('have a narrower sequence by the share that is gone', () => {
    const units = drawn(5, 2_000, 0, 0);
    const before = sumsOf(units, 0);
    const after = reduced(withUnknown(before));
    const width = (arms: readonly ArmSums[]) => {
      const test = alwaysValid();
      const state = arms.reduce((sum, arm, at) => test.add(sum, `${at}`, arm), test.init());
      const [low, high] = test.verdict(state).comparisons[0]!.interval;
      return high - low;
    };
    const all = before.map(each => each.all);
    const ratio = width(after) / width(all);
    // The share is that of three arms, and the sequence that of two, which are alike but for chance.
    expect(Math.abs(ratio - Math.sqrt(1 - removedShare(all, after)))).toBeLessThan(0.05);
    expect(ratio).toBeLessThan(0.8);
  });
});
