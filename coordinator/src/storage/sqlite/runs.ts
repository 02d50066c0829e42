import type { FiringRecord, TrainingRun } from '../../events/training-run.ts';
import type { RetrainState } from '../../lifecycle/training-runs/state.ts';
import type { RunStore } from '../../lifecycle/training-runs/store.ts';
import { fromJson, toJson } from './json.ts';
import type { SqliteDatabase } from './open.ts';

/** Training runs and what triggers fired as rows. */
export function sqliteRuns({ rows, writer }: SqliteDatabase): RunStore {
  return {
    async state(task) {
      const found = await rows
        .selectFrom('retraining')
        .select('state')
        .where('task', '=', task)
        .executeTakeFirst();
      return found && fromJson<RetrainState>(found.state);
    },

    async commit(task, { state, runs, records }) {
      await writer.write(async changes => {
        await changes
          .replaceInto('retraining')
          .values({ task, state: toJson(state) })
          .execute();
        for (const run of runs)
          await changes
            .replaceInto('training_runs')
            .values({ task, number: run.number, run: toJson(run) })
            .execute();
        for (const record of records)
          await changes
            .replaceInto('trigger_records')
            .values({ task, number: record.number, record: toJson(record) })
            .execute();
      });
    },

    async runs(task, before, limit) {
      const found = await rows
        .selectFrom('training_runs')
        .select('run')
        .where('task', '=', task)
        .where('number', '<', below(before))
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return found.map(({ run }) => fromJson<TrainingRun>(run));
    },

    async run(task, number) {
      const found = await rows
        .selectFrom('training_runs')
        .select('run')
        .where('task', '=', task)
        .where('number', '=', number)
        .executeTakeFirst();
      return found && fromJson<TrainingRun>(found.run);
    },

    async records(task, before, limit) {
      const found = await rows
        .selectFrom('trigger_records')
        .select('record')
        .where('task', '=', task)
        .where('number', '<', below(before))
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return found.map(({ record }) => fromJson<FiringRecord>(record));
    },
  };
}

/** A bound as an integer of SQLite, which has no infinity. */
function below(before: number): number {
  return Math.min(before, Number.MAX_SAFE_INTEGER);
}
