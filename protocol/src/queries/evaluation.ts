import { MurmurationError } from '../errors/errors.ts';
import type { ModelHash } from '../ids/ids.ts';
import { type Estimate, meanOfLevels } from './intervals.ts';
import type { EvaluationQuery } from './query.ts';

/** Measurements of a device on a part of its held-out examples. */
export interface MeasuredPart {
  /** Number of these examples. */
  readonly examples: number;
  /** Mean over these examples, by the hash of the version, then by metric. */
  readonly versions: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Measurements of a device: on all of its held-out examples, and on the slices that it has examples of. */
export interface OwnEvaluation {
  readonly all: MeasuredPart;
  readonly slices?: Readonly<Record<string, MeasuredPart>>;
}

/** Metrics of a version on a part of the examples. */
export interface EvaluatedPart {
  /** Name of the slice; null for all examples. */
  readonly slice: string | null;
  /** Devices that have examples of the part. */
  readonly devices: number;
  /** Examples of all these devices. */
  readonly examples: number;
  /**
   * Means over devices, which count once each, and their standard deviations; empty if fewer devices than
   * the threshold have examples.
   */
  readonly metrics: readonly {
    readonly metric: string;
    readonly mean: Estimate;
    readonly deviation: number;
  }[];
}

export interface EvaluatedVersion {
  readonly version: ModelHash;
  /** All examples first, then the slices of the query. */
  readonly parts: readonly EvaluatedPart[];
}

/** Number of versions to make room for; 1 for a query that names none yet, such as a definition. */
export const placesOf = ({ versions }: EvaluationQuery): number => Math.max(1, versions.length);

/**
 * Elements of a part: a flag for examples, their number, and for each metric of each version a level and its
 * square.
 */
const lengthOf = (query: EvaluationQuery): number => 2 + 2 * placesOf(query) * query.metrics.length;

export const evaluationElements = (query: EvaluationQuery): number =>
  (1 + query.slices.length) * lengthOf(query);

/**
 * Encodes a device's addend to the sum, clipped to the bounds of the query as `encodeAnswer` does. Throws
 * `options.invalid` for missing measurements.
 */
export function encodeEvaluation(query: EvaluationQuery, { all, slices = {} }: OwnEvaluation): Int32Array {
  if (query.versions.length === 0) throw refused(query, 'about a version, and it names none');
  const parts = [
    all,
    ...query.slices.map(slice => (Object.hasOwn(slices, slice) ? slices[slice] : undefined)),
  ];
  const length = lengthOf(query);
  const sum = new Int32Array(parts.length * length);
  for (const [at, part] of parts.entries()) if (part) sum.set(partOf(query, part), at * length);
  return sum;
}

function partOf(query: EvaluationQuery, { examples, versions }: MeasuredPart): number[] {
  const { levels, metrics } = query;
  if (!(Number.isInteger(examples) && examples >= 1)) throw refused(query, 'about 1 example or more');
  const elements = [levels, Math.round((levels * Math.min(examples, query.examples)) / query.examples)];
  for (const version of query.versions) {
    const own = Object.hasOwn(versions, version) ? versions[version]! : {};
    for (const { metric, least, most, better } of metrics) {
      const measured: unknown = Object.hasOwn(own, metric) ? own[metric] : undefined;
      if (typeof measured !== 'number') throw refused(query, `for each version a number for ${metric}`);
      // A version without a result does as badly as possible.
      const worst = better === 'higher' ? least : most;
      const value = Number.isNaN(measured) ? worst : Math.max(least, Math.min(most, measured));
      const level = Math.round(((value - least) / (most - least)) * levels);
      elements.push(level, Math.round(level ** 2 / levels));
    }
  }
  return elements;
}

/** Error that does not quote the device's data. */
const refused = ({ name }: EvaluationQuery, wanted: string) =>
  new MurmurationError(
    'options.invalid',
    `The answer of the app to the query "${name}" (evaluation) has to be ${wanted}; it was not sent.`,
  );

/**
 * True if devices could have added up to a sum: no square or level exceeds the total of the devices with
 * examples.
 */
export function isPossibleEvaluation(query: EvaluationQuery, sum: Int32Array): boolean {
  const length = lengthOf(query);
  for (let at = 0; at < sum.length; at += length) {
    const [present, ...rest] = sum.subarray(at, at + length);
    if (present! % query.levels !== 0 || rest.some(element => element > present!)) return false;
  }
  return true;
}

/**
 * Decodes the sum of the answers of `devices` devices; `noise` is the standard deviation of the noise in each
 * element.
 */
export function evaluatedVersions(
  query: EvaluationQuery,
  sum: Int32Array,
  devices: number,
  noise: number,
): EvaluatedVersion[] {
  const { versions, metrics, slices, threshold, levels } = query;
  const length = lengthOf(query);
  const partOf = (slice: string | null, part: Int32Array, version: number): EvaluatedPart => {
    // All devices that answer have examples.
    const having = slice === null ? devices : Math.max(0, Math.min(devices, Math.round(part[0]! / levels)));
    const most = having * query.examples;
    const examples = Math.max(0, Math.min(most, Math.round((part[1]! * query.examples) / levels)));
    if (having < threshold) return { slice, devices: having, examples, metrics: [] };
    const of = metrics.map(({ metric, least, most }, i) => {
      const at = 2 + 2 * (version * metrics.length + i);
      const [total, squares] = part.subarray(at, at + 2);
      return { metric, ...meanOfLevels({ least, most, levels }, total!, squares!, having, noise) };
    });
    return { slice, devices: having, examples, metrics: of };
  };
  return versions.map((version, i) => ({
    version,
    parts: [null, ...slices].map((slice, at) =>
      partOf(slice, sum.subarray(at * length, (at + 1) * length), i),
    ),
  }));
}
