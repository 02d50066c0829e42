import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { FiringRecord, TrainingRun } from '@murmuration/rounds/events/training-run';
import type { AuditEntry } from '@murmuration/rounds/operators/audit';
import type { Document, Documents } from '@murmuration/rounds/operators/documents';
import type { RetrainState } from './state.ts';

/** Store of training runs, trigger records, and the retraining state of each task. */
export type RunStore = ReturnType<typeof runsIn>;

/** Step of a task's retraining: the new state, and new or changed rows. */
export interface RetrainCommit {
  readonly state: RetrainState;
  readonly runs: readonly TrainingRun[];
  readonly records: readonly FiringRecord[];
  readonly entries?: readonly AuditEntry[];
}

export function runsIn(documents: Documents) {
  const numbered = (kind: string, scope: TaskName, value: TrainingRun | FiringRecord): Document => ({
    kind,
    scope,
    key: String(value.number),
    at: value.number,
    value,
  });
  const newest = async <Value>(kind: string, scope: TaskName, before: number, limit: number) => {
    const found = await documents.list<Value>(kind, { scope, before, limit });
    return found.map(({ value }) => value);
  };
  return {
    /** Returns the state of a task; undefined before the first commit. */
    state: (task: TaskName): Promise<RetrainState | undefined> => documents.get('retraining', task, ''),

    /** Commits a step in one transaction. Durable when it returns. */
    async commit(task: TaskName, { state, runs, records, entries = [] }: RetrainCommit): Promise<void> {
      await documents.change({
        put: [
          { kind: 'retraining', scope: task, key: '', at: 0, value: state },
          ...runs.map(run => numbered('training-run', task, run)),
          ...records.map(record => numbered('trigger-record', task, record)),
        ],
        entries,
      });
    },

    /** Lists runs with numbers below `before`, newest first, at most `limit`. */
    runs: (task: TaskName, before: number, limit: number): Promise<readonly TrainingRun[]> =>
      newest('training-run', task, before, limit),

    run: (task: TaskName, number: number): Promise<TrainingRun | undefined> =>
      documents.get('training-run', task, String(number)),

    /** Firings of triggers with numbers below `before`, newest first, at most `limit`. */
    records: (task: TaskName, before: number, limit: number): Promise<readonly FiringRecord[]> =>
      newest('trigger-record', task, before, limit),
  };
}
