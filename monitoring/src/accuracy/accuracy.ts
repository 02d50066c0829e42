import type { AccuracySums } from './accuracy-sums.ts';
import { wilson } from './wilson.ts';

/** Share with its interval of 95 % confidence. */
export interface ShareEstimate {
  readonly value: number;
  readonly interval: readonly [number, number];
  /** Denominator of the share. */
  readonly of: number;
}

/** Accuracy of a model in use; figures without any counts are null. */
export interface Accuracy {
  readonly requests: number;
  readonly outcomes: number;
  /** Share of predictions with a known outcome. */
  readonly known: number | null;
  /** Share of outcomes for which the best guess was right. */
  readonly accuracy: ShareEstimate | null;
  /** Shares of outcomes for which one of the best k guesses was right, by k from 1. */
  readonly topK: readonly number[];
  /** Log loss in nats. */
  readonly logLoss: number | null;
  /**
   * Expected calibration error: mean distance of a model's probabilities from its accuracy over outcomes
   * (Naeini et al. 2015).
   */
  readonly calibrationError: number | null;
  readonly calibration: readonly { readonly said: number; readonly was: number; readonly n: number }[];
  /** Share of negatives that were predicted positive. */
  readonly falsePositives: ShareEstimate | null;
  /** Share of positives that were predicted negative. */
  readonly falseNegatives: ShareEstimate | null;
  readonly meanAbsoluteError: number | null;
  readonly rootMeanSquaredError: number | null;
}

/** Computes the figures of sums. */
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

function estimate(part: number, whole: number): ShareEstimate | null {
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
