import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '../operators/audit.ts';
import type { RoundRecord } from '../round/record.ts';
import type { StrategyState } from '../strategy/strategy.ts';
import type { ModelVersion } from './model-version.ts';
import type { QueryResult } from './query-results.ts';
import type { StoredBytes } from './stored-bytes.ts';
import type { Judged } from './verdicts.ts';

/** Bytes by their SHA-256: the files of model versions. */
export interface BlobStore {
  /** Durable when it returns; the same bytes twice are one. Returns their hash, hexadecimal. */
  put(bytes: Uint8Array): Promise<string>;
  /** Throws `model.missing`, or `model.corrupt` where the bytes no longer match. */
  get(hash: string): Promise<Uint8Array>;
  /**
   * The same without having them in memory. `toRead` is called where all of it has to be read first, and may refuse that by throwing.
   * Throws as `get`.
   */
  open(hash: string, toRead?: () => void): Promise<StoredBytes>;
  /**
   * Where anybody gets the bytes of a blob, unchecked, by GET for a few minutes; a secret. Undefined where it is nowhere but here. Left out by a
   * store that has no such places.
   */
  link?(hash: string, cache: 'public' | 'private'): Promise<string | undefined>;
  /** Deletes whatever is not `named` and was not put since `before` (ms since 1970); returns the hashes of what is gone. */
  sweep(named: ReadonlySet<string>, before: number): Promise<readonly string[]>;
}

/** What a version starts from: itself, and what the strategy remembers with it. */
export interface Head {
  readonly version: ModelVersion;
  readonly state: StrategyState;
}

/** Which rows of a task are kept. */
export interface Keep {
  /** So many versions, the newest ones; at least 1. */
  readonly versions: number;
  /** Versions of these models besides, such as the base of a round under way. */
  readonly models: ReadonlySet<ModelHash>;
  /** So many records of rounds, the newest ones; at least 1. */
  readonly rounds: number;
  /** Of these, the ones that ended since, ms since 1970; the newest one in any case. */
  readonly roundsSince: number;
}

/** Which rounds are looked for. */
export interface RoundFilter {
  readonly outcome?: RoundRecord['outcome'] | undefined;
  /** Ended at that time or later, ms since 1970. */
  readonly since?: number | undefined;
  /** Ended before that time, ms since 1970. */
  readonly until?: number | undefined;
  /** Numbers below this one. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The rows of tasks: versions with the strategy's state, and rounds. */
export interface History {
  /** The newest version of a task. */
  head(task: TaskName): Promise<Head | undefined>;
  /** The oldest version with this content, of all tasks or of these, one at least: a round that moved nothing leads to a second one. */
  version(model: ModelHash, tasks?: readonly string[] | null): Promise<ModelVersion | undefined>;
  /** The numbers of the oldest versions with these contents, of those that are there. */
  numbersOf(models: readonly ModelHash[]): Promise<ReadonlyMap<ModelHash, number>>;
  /** Newest first, those with numbers below `before`, at most `limit`. */
  versions(task: TaskName, before: number, limit: number): Promise<readonly ModelVersion[]>;
  rounds(task: TaskName, before: number, limit: number): Promise<readonly RoundRecord[]>;
  /** A version of a task, with what the strategy remembers with it. */
  at(task: TaskName, number: number): Promise<Head | undefined>;
  /** So many versions at most, oldest first, evenly thinned: the first and the newest one are among them. */
  thinned(task: TaskName, most: number): Promise<readonly ModelVersion[]>;
  /** Rounds that fit, newest first, and how many there are of them without `before` and `limit`. */
  search(
    task: TaskName,
    filter: RoundFilter,
  ): Promise<{ readonly rounds: readonly RoundRecord[]; readonly total: number }>;
  round(task: TaskName, number: number): Promise<RoundRecord | undefined>;
  /** Those of these rounds that are still kept. */
  roundsOf(ids: readonly RoundId[]): Promise<ReadonlyMap<RoundId, RoundRecord>>;
  /**
   * In one transaction: a new head, where there is one, the round that led to it, where there was one, and what its devices said of a
   * version, which is added to what others said of it, what became of the query that they were asked, and `entries` of the audit log.
   */
  commit(entry: {
    readonly head?: Head;
    readonly round?: RoundRecord;
    readonly judged?: Judged | undefined;
    readonly result?: QueryResult | undefined;
    readonly entries?: readonly AuditEntry[];
  }): Promise<void>;
  /** Deletes the rows of a task that are not to be kept; true where a version was among them. */
  prune(task: TaskName, keep: Keep): Promise<boolean>;
  /** The blobs that the rows name: models, and vectors that strategies remember. */
  references(): Promise<{ readonly models: ReadonlySet<ModelHash>; readonly vectors: ReadonlySet<string> }>;
}
