import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { FiringRecord, TrainingRun } from '../../events/training-run.ts';
import type { AuditEntry } from '../../operators/audit.ts';
import type { RetrainState } from './state.ts';

/** Keeps training runs, what triggers fired, and where retraining of each task stands. */
export interface RunStore {
  /** undefined where nothing was committed yet. */
  state(task: TaskName): Promise<RetrainState | undefined>;
  /**
   * A step, in one transaction: the state after it, runs and records that are new or have changed, by their numbers, and what the audit log says
   * of it. Durable when it returns.
   */
  commit(
    task: TaskName,
    step: {
      readonly state: RetrainState;
      readonly runs: readonly TrainingRun[];
      readonly records: readonly FiringRecord[];
      readonly entries?: readonly AuditEntry[];
    },
  ): Promise<void>;
  /** Newest first, those with numbers below `before`, at most `limit`. */
  runs(task: TaskName, before: number, limit: number): Promise<readonly TrainingRun[]>;
  run(task: TaskName, number: number): Promise<TrainingRun | undefined>;
  /** What triggers fired, newest first, those with numbers below `before`, at most `limit`. */
  records(task: TaskName, before: number, limit: number): Promise<readonly FiringRecord[]>;
}
