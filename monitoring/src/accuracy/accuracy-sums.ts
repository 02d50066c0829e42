import type { Judged, JudgedClass, Label } from './judged.ts';

/** Number of ranks that are counted. */
const mostRanks = 10;
/** Number of calibration bins, of equal width. */
const calibrationBins = 10;
/** Least probability in the log loss; lower ones count as this one. */
const minLossProbability = 1e-15;

/** Sums over predictions and their outcomes, which add up over replicas and time. Plain data. */
export interface AccuracySums {
  /** Number of predictions. */
  readonly requests: number;
  /** Number of known outcomes. */
  readonly outcomes: number;
  /** Counts of outcomes by the rank of the right guess, best first. */
  readonly ranks: readonly number[];
  readonly logLoss: number;
  /** Number of outcomes in the log loss: those of models that give probabilities. */
  readonly logLosses: number;
  /**
   * Calibration by bin of the best guess's probability: count, sum of probabilities, and count of right
   * guesses.
   */
  readonly calibration: readonly CalibrationBin[];
  /** Confusion matrix; only with a positive label. */
  readonly confusion: Confusion;
  /** Errors of outcomes that are numbers. */
  readonly errors: { readonly n: number; readonly absolute: number; readonly squared: number };
}

export interface CalibrationBin {
  readonly n: number;
  readonly confidence: number;
  readonly right: number;
}

export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

export const noAccuracy: AccuracySums = {
  requests: 0,
  outcomes: 0,
  ranks: Array<number>(mostRanks).fill(0),
  logLoss: 0,
  logLosses: 0,
  calibration: Array.from({ length: calibrationBins }, () => ({ n: 0, confidence: 0, right: 0 })),
  confusion: { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 },
  errors: { n: 0, absolute: 0, squared: 0 },
};

/** Returns the sums of `requests` predictions without outcomes. */
export function asked(requests: number): AccuracySums {
  return { ...noAccuracy, requests };
}

/**
 * Returns the sums of one outcome; its prediction was counted when it was made. `positive`: the label whose
 * false alarms are counted.
 */
export function judged(given: Judged, positive?: Label): AccuracySums {
  if (given.kind === 'class') return judgedClass(given, positive);
  const away = given.predicted - given.outcome;
  return { ...noAccuracy, outcomes: 1, errors: { n: 1, absolute: Math.abs(away), squared: away * away } };
}

function judgedClass(given: JudgedClass, positive: Label | undefined): AccuracySums {
  const { guesses, probabilities, outcome } = given;
  const rank = guesses.indexOf(outcome);
  const confidence = probabilities?.[0];
  return {
    ...noAccuracy,
    outcomes: 1,
    ranks: noAccuracy.ranks.map((_, at) => Number(at === rank)),
    ...(probabilities && {
      // An outcome that is not among the guesses has no probability.
      logLoss: -Math.log(Math.max(minLossProbability, probabilities[rank] ?? 0)),
      logLosses: 1,
    }),
    calibration:
      confidence === undefined
        ? noAccuracy.calibration
        : noAccuracy.calibration.map((bin, at) =>
            at === binOf(confidence) ? { n: 1, confidence, right: Number(rank === 0) } : bin,
          ),
    confusion:
      positive === undefined
        ? noAccuracy.confusion
        : confusionOf(guesses[0] === positive, outcome === positive),
  };
}

function binOf(confidence: number): number {
  return Math.min(calibrationBins - 1, Math.max(0, Math.floor(confidence * calibrationBins)));
}

function confusionOf(said: boolean, was: boolean): Confusion {
  return {
    truePositives: Number(said && was),
    falsePositives: Number(said && !was),
    trueNegatives: Number(!said && !was),
    falseNegatives: Number(!said && was),
  };
}

/** Adds two sums; the order doesn't matter. */
export function addAccuracy(a: AccuracySums, b: AccuracySums): AccuracySums {
  return {
    requests: a.requests + b.requests,
    outcomes: a.outcomes + b.outcomes,
    ranks: a.ranks.map((count, at) => count + b.ranks[at]!),
    logLoss: a.logLoss + b.logLoss,
    logLosses: a.logLosses + b.logLosses,
    calibration: a.calibration.map((bin, at) => ({
      n: bin.n + b.calibration[at]!.n,
      confidence: bin.confidence + b.calibration[at]!.confidence,
      right: bin.right + b.calibration[at]!.right,
    })),
    confusion: {
      truePositives: a.confusion.truePositives + b.confusion.truePositives,
      falsePositives: a.confusion.falsePositives + b.confusion.falsePositives,
      trueNegatives: a.confusion.trueNegatives + b.confusion.trueNegatives,
      falseNegatives: a.confusion.falseNegatives + b.confusion.falseNegatives,
    },
    errors: {
      n: a.errors.n + b.errors.n,
      absolute: a.errors.absolute + b.errors.absolute,
      squared: a.errors.squared + b.errors.squared,
    },
  };
}
