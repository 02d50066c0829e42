import type { Statement } from '@murmuration/privacy/statements/statement';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Metrics } from '../evaluation/metrics.ts';
import type { KnownWords } from './known-words.ts';

/** What a version and those before it tell of a device. */
export interface VersionPrivacy {
  readonly budget: string;
  /** Counted from 0. */
  readonly step: number;
  /** ε with all that it stands on, or why there is none. */
  readonly statement: Statement;
  /** L2 norms of the sum with its noise, and of the noise by expectation. */
  readonly norm: number;
  readonly noiseNorm: number;
}

/** An immutable model with its lineage: what it was made from, and how. */
export interface ModelVersion {
  readonly model: ModelHash;
  readonly task: TaskName;
  /** Versions of a task count from 0, the model before any round. */
  readonly number: number;
  /** The version that its devices trained from; null for the first. */
  readonly parent: ModelHash | null;
  readonly round: RoundId | null;
  /** Id of the training run that made it; left out where there was none. */
  readonly run?: string | undefined;
  readonly strategy: string;
  readonly planVersion: number;
  /** Devices whose updates are in it. */
  readonly contributors: number;
  /** The words that it knows; left out where its task named none. */
  readonly vocabulary?: KnownWords | undefined;
  /** Held-out metrics; null where the task has no evaluation. */
  readonly metrics: Metrics | null;
  /** Left out where the task had no privacy budget. */
  readonly privacy?: VersionPrivacy | undefined;
  /** How many n-grams of everybody it has beside it, by their length from 1; left out where it has none. */
  readonly ngrams?: readonly number[] | undefined;
  /** ms since 1970. */
  readonly createdAt: number;
}
