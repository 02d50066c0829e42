import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '../operators/audit.ts';
import type { RoundRecord } from '../round/record.ts';
import type { StrategyState } from '../strategy/strategy.ts';
import type { ModelVersion } from './model-version.ts';
import type { QueryResult } from './query-results.ts';
import type { StoredBytes } from './stored-bytes.ts';
import type { JudgedVersion } from './verdicts.ts';

/** Store of bytes by their SHA-256: the files of model versions. */
export interface BlobStore {
  /** Stores bytes durably, and the same bytes once. Returns their hash, hexadecimal. */
  put(bytes: Uint8Array): Promise<string>;
  /**
   * Returns the bytes of a hash. Throws `model.missing`, or `model.corrupt` if the bytes no longer match it.
   */
  get(hash: string): Promise<Uint8Array>;
  /**
   * Opens the bytes without loading them into memory. `toRead` is called if all of them must be read first,
   * and may refuse that by throwing. Throws as `get`.
   */
  open(hash: string, toRead?: () => void): Promise<StoredBytes>;
  /**
   * Returns a URL that serves the unchecked bytes of a blob to any GET request for a few minutes; the URL is
   * a secret. Undefined if the bytes are only here. Stores without such URLs leave the method out.
   */
  link?(hash: string, cache: 'public' | 'private'): Promise<string | undefined>;
  /**
   * Deletes blobs that are not in `named` and were not put since `before` (ms since 1970); returns their
   * hashes.
   */
  sweep(named: ReadonlySet<string>, before: number): Promise<readonly string[]>;
}

/** Version with the state that its strategy keeps. */
export interface Head {
  readonly version: ModelVersion;
  readonly state: StrategyState;
}

/** Rows of a task that are kept. */
export interface Keep {
  /** Number of newest versions to keep; at least 1. */
  readonly versions: number;
  /** Models whose versions are also kept, such as the base of a round under way. */
  readonly models: ReadonlySet<ModelHash>;
  /** Earliest end of the kept records, ms since 1970; the newest record is always kept. */
  readonly roundsSince: number;
}

/** Filter of rounds. */
export interface RoundFilter {
  readonly outcome?: RoundRecord['outcome'] | undefined;
  /** Earliest end, ms since 1970, inclusive. */
  readonly since?: number | undefined;
  /** Latest end, ms since 1970, exclusive. */
  readonly until?: number | undefined;
  /** Exclusive upper bound of the numbers. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Rows of tasks: versions with the strategy's state, and rounds. */
export interface History {
  /** Returns the newest version of a task. */
  head(task: TaskName): Promise<Head | undefined>;
  /**
   * Returns the oldest version with this content, of all tasks or of the given ones, at least one. There can
   * be several, since a round that changes nothing makes a second one.
   */
  version(model: ModelHash, tasks?: readonly string[] | null): Promise<ModelVersion | undefined>;
  /** Returns the numbers of the oldest versions with these contents, without those that don't exist. */
  numbersOf(models: readonly ModelHash[]): Promise<ReadonlyMap<ModelHash, number>>;
  /** Lists versions with numbers below `before`, newest first, at most `limit`. */
  versions(task: TaskName, before: number, limit: number): Promise<readonly ModelVersion[]>;
  rounds(task: TaskName, before: number, limit: number): Promise<readonly RoundRecord[]>;
  /** Returns a version of a task with its strategy's state. */
  at(task: TaskName, number: number): Promise<Head | undefined>;
  /**
   * Returns at most `most` versions, oldest first, evenly thinned; the first and the newest are among them.
   */
  thinned(task: TaskName, most: number): Promise<readonly ModelVersion[]>;
  /** Returns the matching rounds, newest first, and their total number without `before` and `limit`. */
  search(
    task: TaskName,
    filter: RoundFilter,
  ): Promise<{ readonly rounds: readonly RoundRecord[]; readonly total: number }>;
  round(task: TaskName, number: number): Promise<RoundRecord | undefined>;
  /** Returns those of the given rounds that are still kept. */
  roundsOf(ids: readonly RoundId[]): Promise<ReadonlyMap<RoundId, RoundRecord>>;
  /**
   * Commits in one transaction: a new head, the round that led to it, its devices' verdicts on a version,
   * which are added to earlier ones, the result of the round's query, and `entries` of the audit log. All
   * are optional.
   */
  commit(entry: {
    readonly head?: Head;
    readonly round?: RoundRecord;
    readonly judged?: JudgedVersion | undefined;
    readonly result?: QueryResult | undefined;
    readonly entries?: readonly AuditEntry[];
  }): Promise<void>;
  /** Deletes the rows of a task that `keep` doesn't cover; returns true if a version was among them. */
  prune(task: TaskName, keep: Keep): Promise<boolean>;
  /** Returns the blobs that the rows name: models, and vectors in the state of strategies. */
  references(): Promise<{ readonly models: ReadonlySet<ModelHash>; readonly vectors: ReadonlySet<string> }>;
}
