import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Metrics } from '../evaluation/metrics.ts';

/** An immutable model with its lineage: what it was made from, and how. */
export interface ModelVersion {
  readonly model: ModelHash;
  readonly task: TaskName;
  /** Versions of a task count from 0, the model before any round. */
  readonly number: number;
  /** The version that its devices trained from; null for the first. */
  readonly parent: ModelHash | null;
  readonly round: RoundId | null;
  readonly strategy: string;
  readonly planVersion: number;
  /** Devices whose updates are in it. */
  readonly contributors: number;
  /** Held-out metrics; null where the task has no evaluation. */
  readonly metrics: Metrics | null;
  /** ms since 1970. */
  readonly createdAt: number;
}
