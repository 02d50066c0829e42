import type { AccuracySums } from './accuracy-sums.ts';
import { wilson } from './wilson.ts';

/** A share, and between which it truly is with 95 % confidence. */
export interface Estimate {
  readonly value: number;
  readonly interval: readonly [number, number];
  /** What it was counted of. */
  readonly of: number;
}

/** How good a model is on what people asked; a figure that nothing was counted for is null. */
export interface Accuracy {
  readonly requests: number;
  readonly outcomes: number;
  /** Share of predictions whose outcome is known. */
  readonly known: number | null;
  /** Share of outcomes that the best guess was right about. */
  readonly accuracy: Estimate | null;
  /** By k from 1: share of outcomes that one of the best k guesses was right about. */
  readonly topK: readonly number[];
  /** In nats. */
  readonly logLoss: number | null;
  /** How far a model's probabilities are from how often it is right, on average over outcomes (Naeini et al. 2015). */
  readonly calibrationError: number | null;
  readonly calibration: readonly { readonly said: number; readonly was: number; readonly n: number }[];
  /** Share of negatives that were called positive. */
  readonly falsePositives: Estimate | null;
  /** Share of positives that were called negative. */
  readonly falseNegatives: Estimate | null;
  readonly meanAbsoluteError: number | null;
  readonly rootMeanSquaredError: number | null;
}

/** What sums say. */
export function accuracyOf(sums: AccuracySums): Accuracy {
  const { requests, outcomes, ranks, confusion, errors } = sums;
  const classes = outcomes - errors.n;
  const bins = sums.calibration.filter(({ n }) => n > 0);
  const counted = bins.reduce((sum, { n }) => sum + n, 0);
  const off = bins.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0);
  const negatives = confusion.falsePositives + confusion.trueNegatives;
  const positives = confusion.falseNegatives + confusion.truePositives;
  return {
    requests,
    outcomes,
    known: ratio(outcomes, requests),
    accuracy: estimate(ranks[0] ?? 0, classes),
    topK: classes > 0 ? runningSums(ranks).map(within => within / classes) : [],
    logLoss: ratio(sums.logLoss, sums.logLosses),
    calibrationError: ratio(off, counted),
    calibration: bins.map(({ n, confidence, right }) => ({ said: confidence / n, was: right / n, n })),
    falsePositives: estimate(confusion.falsePositives, negatives),
    falseNegatives: estimate(confusion.falseNegatives, positives),
    meanAbsoluteError: ratio(errors.absolute, errors.n),
    rootMeanSquaredError: errors.n > 0 ? Math.sqrt(errors.squared / errors.n) : null,
  };
}

function estimate(part: number, whole: number): Estimate | null {
  return whole > 0 ? { value: part / whole, interval: wilson(part, whole), of: whole } : null;
}

function runningSums(values: readonly number[]): number[] {
  let sum = 0;
  return values.map(value => {
    sum += value;
    return sum;
  });
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
