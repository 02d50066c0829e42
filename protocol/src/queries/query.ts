import type { ModelHash } from '../ids/ids.ts';
import type { SketchForm } from '../ngrams/ngram-sketch.ts';

/** Fields of every query. */
interface Asked {
  /**
   * A lower-case letter, then up to 62 lower-case letters, digits and hyphens; apps allow queries, and
   * devices remember answers, by name.
   */
  readonly name: string;
  /** Minimum devices whose answers are in the sum; 3 or more. */
  readonly threshold: number;
  /** Milliseconds within which a device answers once. */
  readonly period: number;
  /** Left out if the sum gets no noise. */
  readonly privacy?: QueryPrivacy;
}

/**
 * Privacy budget of a device for its answers to one query, kept by noise that devices add (SPEC.md, QY10).
 */
export interface QueryPrivacy {
  /** (ε, δ) of a device once all `rounds` sums are open. */
  readonly epsilon: number;
  /** Should be well below 1 / devices of the population. */
  readonly delta: number;
  /** Sums that share the budget. */
  readonly rounds: number;
  readonly noise: 'skellam' | 'discreteGaussian';
}

/** Range of a value, divided into `levels` steps. */
interface Bounded {
  readonly least: number;
  readonly most: number;
  readonly levels: number;
}

/** Bins between successive edges. */
export interface FixedBins {
  readonly edges: readonly number[];
}

/**
 * Bins that give each value from `least` to `most` with a relative error of `relative` (DDSketch: Masson, Rim
 * and Lee 2019).
 */
export interface LogarithmicBins {
  readonly relative: number;
  readonly least: number;
  readonly most: number;
}

/** Number of devices for which a statement is true. */
export interface CountQuery extends Asked {
  readonly kind: 'count';
}

/** Sum of a value of each device. */
export interface SumQuery extends Asked, Bounded {
  readonly kind: 'sum';
}

/** Mean of a value of each device, and the deviation of devices. */
export interface MeanQuery extends Asked, Bounded {
  readonly kind: 'mean';
}

/** Number of values in each bin, and the quantiles that follow. */
export interface HistogramQuery extends Asked {
  readonly kind: 'histogram';
  readonly bins: FixedBins | LogarithmicBins;
  /** Maximum values that a device counts. */
  readonly values: number;
  /** Quantiles, each above 0 and below 1. */
  readonly quantiles: readonly number[];
}

/** Frequency of each item of a known list, the most frequent first. */
export interface TopQuery extends Asked {
  readonly kind: 'top';
  readonly items: readonly string[];
  /** Maximum items that a device counts. */
  readonly values: number;
}

/**
 * Number of different texts on all devices together, whatever they are (linear counting: Whang et al. 1990).
 */
export interface DistinctQuery extends Asked {
  readonly kind: 'distinct';
  /** Buckets into which texts are hashed; estimates are good up to about five times as many texts. */
  readonly buckets: number;
  /** Maximum different texts that a device counts. */
  readonly values: number;
}

/** Outcomes of each version's predictions, as apps report them: accepted, ignored, corrected. */
export interface OutcomesQuery extends Asked {
  readonly kind: 'outcomes';
  /** Names of the outcomes; a good prediction has the first one. */
  readonly outcomes: readonly string[];
  /** Hashes of the versions; the coordinator names them when it asks. */
  readonly versions: readonly ModelHash[];
  /** Maximum predictions of a version that a device counts. */
  readonly values: number;
}

/** Metric that devices measure, between two bounds; values beyond are clipped to them. */
export interface DeviceMetric {
  readonly metric: string;
  readonly least: number;
  readonly most: number;
  /** Direction of better values. */
  readonly better: 'higher' | 'lower';
}

/**
 * Evaluation of model versions on the devices' own held-out examples. Each device counts once, however many
 * it has.
 */
export interface EvaluationQuery extends Asked {
  readonly kind: 'evaluation';
  readonly metrics: readonly DeviceMetric[];
  /** Names of further parts of the examples that are measured separately. */
  readonly slices: readonly string[];
  /** Hashes of the versions; the coordinator names them when it asks. */
  readonly versions: readonly ModelHash[];
  /** Maximum held-out examples that a device uses: the newest. */
  readonly examples: number;
  /** Steps from the lower bound of a metric to the upper one. */
  readonly levels: number;
}

/**
 * Texts that many devices have, whatever they are, in two rounds: the first finds the heavy buckets, the
 * second the texts in them (Gascón et al. 2023). The coordinator can't read a text of fewer than three
 * devices, whatever it asks, unless it guesses it.
 */
export interface HeavyHittersQuery extends Asked {
  readonly kind: 'heavy-hitters';
  /** Maximum different texts that a device reports. */
  readonly values: number;
  /** Longest text, bytes of UTF-8; even. */
  readonly bytes: number;
  /** Maximum texts; at most a fifth of `buckets`, or devices do not answer. */
  readonly texts: number;
  /** Buckets into which each text is hashed three times. */
  readonly buckets: number;
  /**
   * Devices that make a bucket heavy: fewer than the threshold, since only a share of devices fills sketches.
   * The threshold if left out.
   */
  readonly heavyFrom?: number;
  /**
   * Bits, one for each bucket of all rows: 1 if at least `heavyFrom` devices have a text in it. Left out in
   * the first round.
   */
  readonly heavy?: Uint8Array;
}

/** Arm that a round asks about. */
export interface AskedArm {
  /** Id of the experiment, 16 hexadecimal digits; a device answers each once. */
  readonly experiment: string;
  /** Version of the arm; the coordinator has named it to the devices of the arm. */
  readonly version: ModelHash;
  /** Start of the experiment, ms since 1970; earlier reports do not count. */
  readonly since: number;
}

/**
 * Outcomes of predictions on the devices of one arm of an experiment, in a round of their own: only devices
 * that serve the version of the arm answer, so no part of the sum comes from one device.
 */
export interface ArmQuery extends Asked {
  readonly kind: 'arm';
  /** Names of the outcomes; a good prediction has the first one. */
  readonly outcomes: readonly string[];
  /** Maximum predictions that a device counts. */
  readonly values: number;
  /** Steps of a share of a device's predictions, from 0 to 1. */
  readonly levels: number;
  /** Left out in definitions; the coordinator names it when it asks. */
  readonly arm?: AskedArm;
}

/** Number of devices that have each of many numbers; the app and the analyst agree on what a number means. */
export interface NumbersQuery extends Asked {
  readonly kind: 'numbers';
  /** Exclusive upper bound of the numbers, which start at 0. */
  readonly numbers: number;
  /** Maximum different numbers that a device reports. */
  readonly values: number;
}

/** Subject of a round of a query for n-grams; undefined for the first one, which asks for single classes. */
export interface NgramStep {
  /** Ids of an n-gram. */
  readonly length: number;
  /** Form of the round: a sketch, or counts of a list. */
  readonly asks: 'sketch' | 'list';
  /**
   * List (`ngrams/id-list.ts`): for a sketch, the found n-grams shorter by one id; for a list, those to
   * count.
   */
  readonly ngrams: Uint8Array;
}

/**
 * N-grams of a model's classes that many devices have, such as successive words, in a chain of rounds: single
 * classes; then for each length a sketch, which finds candidates, and their exact counts. Devices only report
 * ids of classes that the model knows.
 */
export interface NgramsQuery extends Asked {
  readonly kind: 'ngrams';
  /** Exclusive upper bound of ids. */
  readonly classes: number;
  /** First id that is a class to predict: n-grams end with one. */
  readonly firstClass: number;
  /** Maximum n-grams of a length that a device reports: its most frequent ones. */
  readonly values: number;
  /** Sketches for pairs, then triples, then n-grams of four ids. */
  readonly sketches: readonly SketchForm[];
  /** See {@link HeavyHittersQuery.heavyFrom}. */
  readonly heavyFrom?: number;
  /** Left out in definitions; the coordinator names it when it asks. */
  readonly step?: NgramStep;
}

export type Query =
  | CountQuery
  | SumQuery
  | MeanQuery
  | HistogramQuery
  | TopQuery
  | DistinctQuery
  | OutcomesQuery
  | ArmQuery
  | EvaluationQuery
  | HeavyHittersQuery
  | NumbersQuery
  | NgramsQuery;
export type QueryKind = Query['kind'];
