import { roundsToTarget } from '@murmuration/simulations/learning-curves/rounds-to-target';
import fc from 'fast-check';
import { expect, it } from 'vitest';

const curve = (...values: readonly number[]) => values.map((value, i) => ({ round: i + 1, value }));

it('the crossing lies between the points around it', () => {
  expect(roundsToTarget(curve(0.5, 0.9, 0.98), 0.97)).toBeCloseTo(2 + 0.07 / 0.08, 9);
  expect(roundsToTarget(curve(0.5, 0.97), 0.97)).toBe(2);
});

it('a fall counts as standing still at the best so far', () => {
  // From the best, 0.96 at round 2, to 0.98; the point before the crossing is round 3.
  expect(roundsToTarget(curve(0.9, 0.96, 0.5, 0.98), 0.97)).toBeCloseTo(3.5, 9);
});

it('a target that is reached at once, or never', () => {
  expect(roundsToTarget(curve(0.99), 0.97)).toBe(1);
  expect(roundsToTarget(curve(0.5, 0.9699), 0.97)).toBeNull();
  expect(roundsToTarget([], 0.97)).toBeNull();
});

it('points some rounds apart', () => {
  const points = [
    { round: 10, value: 0.9 },
    { round: 20, value: 1 },
  ];
  expect(roundsToTarget(points, 0.95)).toBeCloseTo(15, 9);
});

it('never comes before the round ahead of the first point at the target, nor after that point', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, target) => {
        const first = values.findIndex(value => value >= target);
        const rounds = roundsToTarget(curve(...values), target);
        if (first < 0) expect(rounds).toBeNull();
        else {
          expect(rounds!).toBeGreaterThanOrEqual(Math.max(1, first));
          expect(rounds!).toBeLessThanOrEqual(first + 1);
        }
      },
    ),
  );
});
