import type { ModelHash } from '../ids/ids.ts';
import type { SketchForm } from '../ngrams/ngram-sketch.ts';

/** What every query says. */
interface Asked {
  /** A lower-case letter, then up to 62 lower-case letters, digits and hyphens: what an app allows, and a device remembers. */
  readonly name: string;
  /** Devices whose answers are in the sum, at least; 3 or more. */
  readonly threshold: number;
  /** ms within which a device answers once. */
  readonly period: number;
  /** Left out where the sum gets no noise. */
  readonly privacy?: QueryPrivacy;
}

/** What a device may lose of its privacy by its answers to one query, and the noise that devices add so that it is no more (SPEC.md, QY10). */
export interface QueryPrivacy {
  /** (ε, δ) of a device once all `rounds` sums are open. */
  readonly epsilon: number;
  /** Well below 1 / devices of the population. */
  readonly delta: number;
  /** Sums that the budget is for. */
  readonly rounds: number;
  readonly noise: 'skellam' | 'discreteGaussian';
}

/** A value between two bounds, counted in so many steps from one to the other. */
interface Bounded {
  readonly least: number;
  readonly most: number;
  readonly levels: number;
}

/** From each edge to the next. */
export interface FixedBins {
  readonly edges: readonly number[];
}

/** So that a value is known up to `relative` of itself, from `least` to `most` (DDSketch: Masson, Rim and Lee 2019). */
export interface LogarithmicBins {
  readonly relative: number;
  readonly least: number;
  readonly most: number;
}

/** On how many devices something is so. */
export interface CountQuery extends Asked {
  readonly kind: 'count';
}

/** The sum of a value of each device. */
export interface SumQuery extends Asked, Bounded {
  readonly kind: 'sum';
}

/** The mean of a value of each device, and how far devices are from it. */
export interface MeanQuery extends Asked, Bounded {
  readonly kind: 'mean';
}

/** How many values fall into each bin, and the quantiles that follow. */
export interface HistogramQuery extends Asked {
  readonly kind: 'histogram';
  readonly bins: FixedBins | LogarithmicBins;
  /** Values that a device counts, at most. */
  readonly values: number;
  /** Each above 0 and below 1. */
  readonly quantiles: readonly number[];
}

/** How often each item of a known list occurs, the most frequent first. */
export interface TopQuery extends Asked {
  readonly kind: 'top';
  readonly items: readonly string[];
  /** Items that a device counts, at most. */
  readonly values: number;
}

/** How many different texts there are on all devices together, whatever they are (linear counting: Whang et al. 1990). */
export interface DistinctQuery extends Asked {
  readonly kind: 'distinct';
  /** Into which texts are hashed: up to about five times as many are counted well. */
  readonly buckets: number;
  /** Different texts that a device counts, at most. */
  readonly values: number;
}

/** What became of predictions of each version, as apps tell it: how many were accepted, ignored, corrected. */
export interface OutcomesQuery extends Asked {
  readonly kind: 'outcomes';
  /** The outcomes that are told apart; the first one is what a good prediction has. */
  readonly outcomes: readonly string[];
  /** Hashes of the versions; the coordinator names them when it asks. */
  readonly versions: readonly ModelHash[];
  /** Predictions of a version that a device counts, at most. */
  readonly values: number;
}

/** A metric that devices measure, between two bounds; what lies beyond counts as the bound. */
export interface DeviceMetric {
  readonly metric: string;
  readonly least: number;
  readonly most: number;
  /** Which values are better. */
  readonly better: 'higher' | 'lower';
}

/** How versions of the model do on the devices' own held-out examples. Each device counts once, however many it has. */
export interface EvaluationQuery extends Asked {
  readonly kind: 'evaluation';
  readonly metrics: readonly DeviceMetric[];
  /** Parts of the examples that are measured besides, by name. */
  readonly slices: readonly string[];
  /** Hashes of the versions; the coordinator names them when it asks. */
  readonly versions: readonly ModelHash[];
  /** Held-out examples that a device uses, at most: the newest. */
  readonly examples: number;
  /** Steps from the lower bound of a metric to the upper one. */
  readonly levels: number;
}

/**
 * Texts that many devices have, whatever they are, in two rounds: the first tells which buckets are heavy, the second what is in them (Gascón et
 * al. 2023). A text that fewer than three devices say can't be read, whatever the coordinator asks, unless it is guessed.
 */
export interface HeavyHittersQuery extends Asked {
  readonly kind: 'heavy-hitters';
  /** Different texts that a device says, at most. */
  readonly values: number;
  /** Longest text, bytes of UTF-8; even. */
  readonly bytes: number;
  /** Texts for which there is room; at most a fifth of `buckets`, or devices do not answer. */
  readonly texts: number;
  /** Into which texts are hashed, three times. */
  readonly buckets: number;
  /** Devices that make a bucket heavy: fewer than the threshold, since only a share of devices is asked in sketches. That where it is left out. */
  readonly heavyFrom?: number;
  /** A bit for each bucket of all rows: whether so many devices have a text in it. Left out in the first round. */
  readonly heavy?: Uint8Array;
}

/** The arm that a round asks about. */
export interface AskedArm {
  /** Id of the experiment, 16 hexadecimal digits: a device answers each once. */
  readonly experiment: string;
  /** The version of the arm; the coordinator has named it to the devices of the arm. */
  readonly version: ModelHash;
  /** When the experiment began, ms since 1970: what was told before does not count. */
  readonly since: number;
}

/**
 * What became of predictions on the devices of one arm of an experiment, in a round of their own: only devices that serve the version of the arm
 * answer, so no sum has a part that is one device's.
 */
export interface ArmQuery extends Asked {
  readonly kind: 'arm';
  /** The outcomes that are told apart; the first one is what a good prediction has. */
  readonly outcomes: readonly string[];
  /** Predictions that a device counts, at most. */
  readonly values: number;
  /** Steps of a share of a device's predictions, from 0 to 1. */
  readonly levels: number;
  /** The coordinator names it when it asks. */
  readonly arm?: AskedArm;
}

/** On how many devices each of many numbers is; what a number means, the app and whoever asks have agreed on. */
export interface NumbersQuery extends Asked {
  readonly kind: 'numbers';
  /** How many numbers there are, from 0. */
  readonly numbers: number;
  /** Different numbers that a device says, at most. */
  readonly values: number;
}

/** What a round of a query for n-grams is about; the first one, which asks for single classes, has none. */
export interface NgramStep {
  /** Ids of an n-gram. */
  readonly length: number;
  /** Whether it asks in a sketch, or by a list. */
  readonly asks: 'sketch' | 'list';
  /** Of a sketch those found that are one shorter, of a list those to be counted (`ngrams/id-list.ts`). */
  readonly ngrams: Uint8Array;
}

/**
 * N-grams of a model's classes that many devices have, as words one after the other, in a chain of rounds: single classes; then of each length a
 * sketch, which tells what may be frequent, and the exact counts of that. Devices say ids of classes that the model knows, and nothing else.
 */
export interface NgramsQuery extends Asked {
  readonly kind: 'ngrams';
  /** Ids are below it. */
  readonly classes: number;
  /** The first id that is a class to be predicted: n-grams end with one. */
  readonly firstClass: number;
  /** N-grams of a length that a device says, at most: its most frequent ones. */
  readonly values: number;
  /** The sketches in which pairs, then triples, then n-grams of four ids are found. */
  readonly sketches: readonly SketchForm[];
  /** As that of heavy hitters. */
  readonly heavyFrom?: number;
  /** The coordinator names it when it asks. */
  readonly step?: NgramStep;
}

/** What devices are asked for. */
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
