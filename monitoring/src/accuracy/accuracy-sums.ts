import type { Judged, JudgedClass, Label } from './judged.ts';

/** Ranks up to this one are counted. */
const mostRanks = 10;
/** Bins of equal width for what models say of themselves. */
const calibrationBins = 10;
/** A probability below this one counts as this one in the log loss. */
const leastProbability = 1e-15;

/** What was predicted and what came of it, in sums that add up over replicas and time. Plain data. */
export interface AccuracySums {
  /** Predictions. */
  readonly requests: number;
  /** Those whose outcome is known. */
  readonly outcomes: number;
  /** Of those, by rank of the guess that was right, the best first: how often. */
  readonly ranks: readonly number[];
  readonly logLoss: number;
  /** Outcomes that the log loss is of: those of models that say how sure they are. */
  readonly logLosses: number;
  /** By bin of the best guess's probability: how often, the sum of probabilities, and how often it was right. */
  readonly calibration: readonly CalibrationBin[];
  /** Where one label is the positive one. */
  readonly confusion: Confusion;
  /** Of outcomes that are numbers. */
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

/** Of nothing. */
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

/** Sums of so many predictions whose outcomes are not known yet. */
export function asked(requests: number): AccuracySums {
  return { ...noAccuracy, requests };
}

/** Sums of one outcome; its prediction was counted when it was made. `positive`: the label whose false alarms are counted. */
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
      // What is not among the guesses got no probability.
      logLoss: -Math.log(Math.max(leastProbability, probabilities[rank] ?? 0)),
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

/** The sums of both, in any order. */
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
