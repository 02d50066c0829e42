import { accuracyOf } from '@murmuration/monitoring/accuracy/accuracy';
import {
  type AccuracySums,
  addAccuracy,
  asked,
  judged,
  noAccuracy,
} from '@murmuration/monitoring/accuracy/accuracy-sums';
import type { Judged } from '@murmuration/monitoring/accuracy/judged';
import { wilson } from '@murmuration/monitoring/accuracy/wilson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drift } from './vectors.ts';

const sumOf = (all: readonly Judged[], positive?: string) =>
  all.map(each => judged(each, positive)).reduce(addAccuracy, asked(all.length));

const said = (guesses: readonly string[], probabilities: readonly number[], outcome: string): Judged => ({
  kind: 'class',
  guesses,
  probabilities,
  outcome,
});

describe('live accuracy', () => {
  it('counts what was right, at each rank', () => {
    const sums = sumOf(
      [
        said(['spam', 'ham'], [0.9, 0.1], 'spam'),
        said(['spam', 'ham'], [0.6, 0.4], 'ham'),
        said(['ham', 'spam'], [0.8, 0.2], 'ham'),
        said(['ham', 'spam'], [0.7, 0.3], 'other'),
      ],
      'spam',
    );
    const { accuracy, topK, logLoss, falsePositives, falseNegatives, known } = accuracyOf(
      addAccuracy(sums, asked(4)),
    );
    expect(known).toBe(0.5);
    expect(accuracy).toEqual({ value: 0.5, of: 4, interval: wilson(2, 4) });
    expect(topK.slice(0, 3)).toEqual([0.5, 0.75, 0.75]);
    expect(logLoss).toBeCloseTo(-(Math.log(0.9) + Math.log(0.4) + Math.log(0.8) + Math.log(1e-15)) / 4, 12);
    expect(falsePositives?.value).toBeCloseTo(1 / 3, 12);
    expect(falseNegatives?.value).toBe(0);
  });

  it('compares what a model says of itself with how often it is right', () => {
    const sure = Array.from({ length: 10 }, (_, at) => said(['a', 'b'], [0.95, 0.05], at < 6 ? 'a' : 'b'));
    const { calibrationError, calibration } = accuracyOf(sumOf(sure));
    expect(calibrationError).toBeCloseTo(0.35, 12);
    expect(calibration).toHaveLength(1);
    expect(calibration[0]).toMatchObject({ was: 0.6, n: 10 });
    expect(accuracyOf(sumOf([said(['a'], [1], 'a')])).calibrationError).toBe(0);
  });

  it('measures numbers by their distance', () => {
    const all = [3, 5].map((outcome): Judged => ({ kind: 'number', predicted: 4.5, outcome }));
    const { meanAbsoluteError, rootMeanSquaredError, accuracy, topK } = accuracyOf(sumOf(all));
    expect(meanAbsoluteError).toBe(1);
    expect(rootMeanSquaredError).toBeCloseTo(Math.sqrt((2.25 + 0.25) / 2), 12);
    expect([accuracy, topK]).toEqual([null, []]);
  });

  it('has no figure of what nobody counted', () => {
    expect(accuracyOf(noAccuracy)).toMatchObject({
      known: null,
      accuracy: null,
      logLoss: null,
      calibrationError: null,
      falsePositives: null,
      meanAbsoluteError: null,
    });
  });
});

describe('Wilson’s interval', () => {
  it('is the published one', () => {
    const [low, high] = wilson(120, 1_000);
    expect(low).toBeCloseTo(drift.ab[1]!.lo!, 13);
    expect(high).toBeCloseTo(drift.ab[1]!.hi!, 13);
  });

  it('stays within 0 and 1, and holds the share', () => {
    expect(wilson(0, 0)).toEqual([0, 1]);
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), (a, b) => {
        const [part, whole] = [Math.min(a, b), Math.max(a, b, 1)];
        const [low, high] = wilson(part, whole);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(part / whole + 1e-12);
        expect(high).toBeGreaterThanOrEqual(part / whole - 1e-12);
      }),
    );
  });
});

/** Sums whose values are whole, so that their order changes no bit. */
const anySums: fc.Arbitrary<AccuracySums> = fc
  .array(
    fc.oneof(
      fc.record({
        kind: fc.constant('class' as const),
        guesses: fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 1 }),
        outcome: fc.constantFrom('a', 'b', 'c'),
      }),
      fc.record({ kind: fc.constant('number' as const), predicted: fc.nat(1_000), outcome: fc.nat(1_000) }),
    ),
    { maxLength: 5 },
  )
  .map(all => sumOf(all, 'a'));

describe('sums of accuracy', () => {
  it('add up in any order and in any groups', () => {
    fc.assert(
      fc.property(anySums, anySums, anySums, (a, b, c) => {
        expect(addAccuracy(a, b)).toEqual(addAccuracy(b, a));
        expect(addAccuracy(addAccuracy(a, b), c)).toEqual(addAccuracy(a, addAccuracy(b, c)));
        expect(addAccuracy(a, noAccuracy)).toEqual(a);
      }),
      { numRuns: 50 },
    );
  });
});
