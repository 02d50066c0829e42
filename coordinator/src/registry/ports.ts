import type { ModelHash, TaskName } from '@murmuration/protocol/ids';
import type { RoundRecord } from '../round/record.ts';
import type { StrategyState } from '../strategy/strategy.ts';
import type { ModelVersion } from './model-version.ts';

/** Bytes by their SHA-256: the files of model versions. */
export interface BlobStore {
  /** Durable when it returns; the same bytes twice are one. Returns their hash, hexadecimal. */
  put(bytes: Uint8Array): Promise<string>;
  /** Throws `model.missing`, or `model.corrupt` where the bytes no longer match. */
  get(hash: string): Promise<Uint8Array>;
}

/** What a version starts from: itself, and what the strategy remembers with it. */
export interface Head {
  readonly version: ModelVersion;
  readonly state: StrategyState;
}

/** The rows of tasks: versions with the strategy's state, and rounds. */
export interface History {
  /** The newest version of a task. */
  head(task: TaskName): Promise<Head | undefined>;
  /** The oldest version with this content: a round that moved nothing leads to a second one. */
  version(model: ModelHash): Promise<ModelVersion | undefined>;
  /** Newest first, those with numbers below `before`, at most `limit`. */
  versions(task: TaskName, before: number, limit: number): Promise<readonly ModelVersion[]>;
  rounds(task: TaskName, before: number, limit: number): Promise<readonly RoundRecord[]>;
  /** In one transaction: a new head, where there is one, and the round that led to it, where there was one. */
  commit(entry: { readonly head?: Head; readonly round?: RoundRecord }): Promise<void>;
}
