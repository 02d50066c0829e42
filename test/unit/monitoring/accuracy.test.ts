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

describe('sums of one outcome', () => {
  const one = (probability: number | undefined, outcome: string) =>
    judged({
      kind: 'class',
      guesses: ['a', 'b'],
      ...(probability !== undefined && { probabilities: [probability, 1 - probability] }),
      outcome,
    });

  it.each([
    [0, 0],
    [0.05, 0],
    [0.1, 1],
    [0.55, 5],
    [0.99, 9],
    [1, 9],
    [1.2, 9],
    [-0.2, 0],
  ])('of a guess of %d are in calibration bin %i', (probability, bin) => {
    const none = { n: 0, confidence: 0, right: 0 };
    const { calibration } = one(probability, 'a');
    expect(calibration).toEqual(
      Array.from({ length: 10 }, (_, at) =>
        at === bin ? { n: 1, confidence: probability, right: 1 } : none,
      ),
    );
    expect(one(probability, 'b').calibration[bin]).toEqual({ n: 1, confidence: probability, right: 0 });
  });

  it('have the loss of the outcome, if the model gives probabilities', () => {
    expect(one(0.25, 'b')).toMatchObject({ requests: 0, outcomes: 1, logLosses: 1 });
    expect(one(0.25, 'b').logLoss).toBeCloseTo(-Math.log(0.75), 14);
    expect(one(1, 'b').logLoss).toBeCloseTo(-Math.log(1e-15), 12);
    expect(one(1, 'a').logLoss).toBeCloseTo(0, 14);
    expect(one(undefined, 'b')).toEqual({
      ...noAccuracy,
      outcomes: 1,
      ranks: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    });
    expect(one(undefined, 'x').ranks).toEqual(Array(10).fill(0));
  });

  it('are one of four with a positive label', () => {
    const confusion = (said: string | boolean, outcome: string | boolean, positive?: string | boolean) =>
      Object.values(judged({ kind: 'class', guesses: [said], outcome }, positive).confusion);
    expect(Object.keys(noAccuracy.confusion)).toEqual([
      ...['truePositives', 'falsePositives', 'trueNegatives', 'falseNegatives'],
    ]);
    expect(confusion('a', 'a', 'a')).toEqual([1, 0, 0, 0]);
    expect(confusion('a', 'b', 'a')).toEqual([0, 1, 0, 0]);
    expect(confusion('b', 'b', 'a')).toEqual([0, 0, 1, 0]);
    expect(confusion('b', 'a', 'a')).toEqual([0, 0, 0, 1]);
    expect(confusion('b', 'a')).toEqual([0, 0, 0, 0]);
    expect(confusion(true, false, false)).toEqual([0, 0, 0, 1]);
  });

  it('add up figure by figure', () => {
    const sums = sumOf(
      [
        said(['a', 'b'], [0.75, 0.25], 'a'),
        said(['a', 'b'], [0.75, 0.25], 'b'),
        said(['b', 'a'], [0.5, 0.5], 'a'),
        { kind: 'number', predicted: 5, outcome: 2 },
        { kind: 'number', predicted: 1, outcome: 2 },
      ],
      'a',
    );
    expect(sums).toMatchObject({
      requests: 5,
      outcomes: 5,
      ranks: [1, 2, 0, 0, 0, 0, 0, 0, 0, 0],
      logLosses: 3,
      confusion: { truePositives: 1, falsePositives: 1, trueNegatives: 0, falseNegatives: 1 },
      errors: { n: 2, absolute: 4, squared: 10 },
    });
    expect(sums.calibration[7]).toEqual({ n: 2, confidence: 1.5, right: 1 });
    expect(sums.calibration[5]).toEqual({ n: 1, confidence: 0.5, right: 0 });
    expect(accuracyOf(sums)).toEqual({
      requests: 5,
      outcomes: 5,
      known: 1,
      accuracy: { value: 1 / 3, interval: wilson(1, 3), of: 3 },
      topK: [1 / 3, ...Array(9).fill(1)],
      logLoss: expect.closeTo((Math.log(4 / 3) + Math.log(4) + Math.log(2)) / 3, 12),
      // |1.5 − 1| and |0.5 − 0| of 3.
      calibrationError: expect.closeTo(1 / 3, 12),
      calibration: [
        { said: 0.5, was: 0, n: 1 },
        { said: 0.75, was: 0.5, n: 2 },
      ],
      falsePositives: { value: 1, interval: wilson(1, 1), of: 1 },
      falseNegatives: { value: 0.5, interval: wilson(1, 2), of: 2 },
      meanAbsoluteError: 2,
      rootMeanSquaredError: Math.sqrt(5),
    });
    expect(accuracyOf(asked(3))).toMatchObject({
      requests: 3,
      known: 0,
      topK: [],
      falseNegatives: null,
      rootMeanSquaredError: null,
    });
  });
});

describe('Wilson’s interval', () => {
  it('is the published one', () => {
    const [low, high] = wilson(120, 1_000);
    expect(low).toBeCloseTo(drift.ab[1]!.lo!, 13);
    expect(high).toBeCloseTo(drift.ab[1]!.hi!, 13);
  });

  it('is that of statsmodels 0.14.4 at another confidence, and for few', () => {
    for (const [part, whole, confidence, low, high] of [
      [3, 4, 0.95, 0.3006418425824019, 0.9544127391902995],
      [3, 4, 0.8, 0.43254145036907754, 0.9219192523148821],
      [1, 1, 0.95, 0.20654931437723745, 1],
    ] as const) {
      const found = wilson(part, whole, confidence);
      expect(found[0]).toBeCloseTo(low, 12);
      expect(found[1]).toBeCloseTo(high, 12);
    }
  });

  it('stays within 0 and 1, and holds the share', () => {
    expect(wilson(0, 0)).toEqual([0, 1]);
    expect([wilson(0, 5)[0], wilson(5, 5)[1]]).toEqual([0, 1]);
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
