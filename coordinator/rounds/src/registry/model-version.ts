import type { Statement } from '@murmuration/privacy/statements/statement';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Metrics } from '../evaluation/metrics.ts';
import type { KnownWords } from './known-words.ts';

/** Privacy cost of a version and its ancestors to a device. */
export interface PrivacyCost {
  readonly budget: string;
  /** Step of the budget, from 0. */
  readonly step: number;
  /** ε with its assumptions, or the reason why there is none. */
  readonly statement: Statement;
  /** L2 norm of the sum with its noise, and expected L2 norm of the noise. */
  readonly norm: number;
  readonly noiseNorm: number;
}

/** Immutable model with its lineage. */
export interface ModelVersion {
  readonly model: ModelHash;
  readonly task: TaskName;
  /** Number of the version, from 0 in each task, which is the model before any round. */
  readonly number: number;
  /** Version that its devices trained from; null for the first. */
  readonly parent: ModelHash | null;
  readonly round: RoundId | null;
  /** Id of the training run that made it; left out without one. */
  readonly run?: string | undefined;
  readonly strategy: string;
  readonly planVersion: number;
  /** Devices whose updates are in it. */
  readonly contributors: number;
  /** Words that it knows; left out if its task named none. */
  readonly vocabulary?: KnownWords | undefined;
  /** Held-out metrics; null if the task has no evaluation. */
  readonly metrics: Metrics | null;
  /** Privacy cost; left out if the task had no privacy budget. */
  readonly privacy?: PrivacyCost | undefined;
  /** Numbers of its shared n-grams, by their length from 1; left out if it has none. */
  readonly ngrams?: readonly number[] | undefined;
  /** ms since 1970. */
  readonly createdAt: number;
}
