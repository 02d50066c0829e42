import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { FiringRecord, TrainingRun } from '../../events/training-run.ts';
import type { RetrainState } from '../../lifecycle/training-runs/state.ts';
import type { RunStore } from '../../lifecycle/training-runs/store.ts';
import type { AuditLog } from '../../operators/audit.ts';
import { appendAll, memoryAudit } from './audit.ts';

interface Kept {
  state: RetrainState;
  readonly runs: Map<number, TrainingRun>;
  readonly records: Map<number, FiringRecord>;
}

/** `audit` takes what the log says of its steps. */
export function memoryRuns(audit: Pick<AuditLog, 'append'> = memoryAudit()): RunStore {
  const tasks = new Map<TaskName, Kept>();
  return {
    async state(task) {
      return tasks.get(task)?.state;
    },
    async commit(task, { state, runs, records, entries = [] }) {
      await appendAll(audit, entries);
      const kept = tasks.get(task) ?? { state, runs: new Map(), records: new Map() };
      kept.state = state;
      for (const run of runs) kept.runs.set(run.number, run);
      for (const record of records) kept.records.set(record.number, record);
      tasks.set(task, kept);
    },
    async runs(task, before, limit) {
      return newestFirst(tasks.get(task)?.runs, before, limit);
    },
    async run(task, number) {
      return tasks.get(task)?.runs.get(number);
    },
    async records(task, before, limit) {
      return newestFirst(tasks.get(task)?.records, before, limit);
    },
  };
}

function newestFirst<Row extends { readonly number: number }>(
  rows: ReadonlyMap<number, Row> | undefined,
  before: number,
  limit: number,
): readonly Row[] {
  return [...(rows?.values() ?? [])]
    .filter(({ number }) => number < before)
    .sort((a, b) => b.number - a.number)
    .slice(0, limit);
}
