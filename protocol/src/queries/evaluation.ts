import { MurmurationError } from '../errors/errors.ts';
import type { ModelHash } from '../ids/ids.ts';
import { type Estimate, meanOfLevels } from './intervals.ts';
import type { EvaluationQuery } from './query.ts';

/** What a device has measured on a part of its held-out examples. */
export interface MeasuredPart {
  /** How many there are. */
  readonly examples: number;
  /** By the hash of the version, then by metric: the mean over these examples. */
  readonly versions: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What a device has measured: on all of its held-out examples, and on the slices of which it has any. */
export interface OwnEvaluation {
  readonly all: MeasuredPart;
  readonly slices?: Readonly<Record<string, MeasuredPart>>;
}

/** Metrics of a version on a part of the examples. */
export interface EvaluatedPart {
  /** null: all of them. */
  readonly slice: string | null;
  /** Devices that have any. */
  readonly devices: number;
  /** Of all these devices. */
  readonly examples: number;
  /** Means of devices, each of which counts once, and how far devices are from them; none where fewer devices than the threshold have any. */
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

/** The versions that there is room for: a query that names none yet, as its definition, is for one. */
export const placesOf = ({ versions }: EvaluationQuery): number => Math.max(1, versions.length);

/** Elements of a part: whether there are examples, how many, and of each metric of each version a level and its square. */
const lengthOf = (query: EvaluationQuery): number => 2 + 2 * placesOf(query) * query.metrics.length;

export const evaluationElements = (query: EvaluationQuery): number =>
  (1 + query.slices.length) * lengthOf(query);

/** What a device adds to the sum, cut to the bounds of the query as `encodeAnswer` cuts it. Throws `options.invalid` for what it has not measured. */
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
      // A version that gives none does as badly as one can.
      const worst = better === 'higher' ? least : most;
      const value = Number.isNaN(measured) ? worst : Math.max(least, Math.min(most, measured));
      const level = Math.round(((value - least) / (most - least)) * levels);
      elements.push(level, Math.round(level ** 2 / levels));
    }
  }
  return elements;
}

/** What devices know stays out of the text. */
const refused = ({ name }: EvaluationQuery, wanted: string) =>
  new MurmurationError(
    'options.invalid',
    `The answer of the app to the query "${name}" (evaluation) has to be ${wanted}; it was not sent.`,
  );

/** Whether no device could have added up to a sum: squares and levels beyond what those that have examples can say. */
export function isPossibleEvaluation(query: EvaluationQuery, sum: Int32Array, devices: number): boolean {
  const length = lengthOf(query);
  for (let at = 0; at < sum.length; at += length) {
    const [present, ...rest] = sum.subarray(at, at + length);
    if (present! % query.levels !== 0 || present! > devices * query.levels) return false;
    if (rest.some(element => element > present!)) return false;
  }
  return true;
}

/** What devices have measured, from the sum of the answers of so many, with noise of that standard deviation in each element. */
export function evaluatedVersions(
  query: EvaluationQuery,
  sum: Int32Array,
  devices: number,
  noise: number,
): EvaluatedVersion[] {
  const { versions, metrics, slices, threshold, levels } = query;
  const length = lengthOf(query);
  const partOf = (slice: string | null, part: Int32Array, version: number): EvaluatedPart => {
    // All that answer have examples.
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
