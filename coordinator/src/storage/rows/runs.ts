import type { FiringRecord, TrainingRun } from '../../events/training-run.ts';
import type { RetrainState } from '../../lifecycle/training-runs/state.ts';
import type { RunStore } from '../../lifecycle/training-runs/store.ts';
import { appendEntries } from './audit.ts';
import { bound } from './bound.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** Training runs and what triggers fired as rows. */
export function sqlRuns({ rows, writer }: RowDatabase): RunStore {
  return {
    async state(task) {
      const found = await rows
        .selectFrom('retraining')
        .select('state')
        .where('task', '=', task)
        .executeTakeFirst();
      return found && fromJson<RetrainState>(found.state);
    },

    async commit(task, { state, runs, records, entries = [] }) {
      await writer.write(async changes => {
        await changes
          .insertInto('retraining')
          .values({ task, state: toJson(state) })
          .onConflict(conflict => conflict.column('task').doUpdateSet({ state: toJson(state) }))
          .execute();
        for (const run of runs)
          await changes
            .insertInto('training_runs')
            .values({ task, number: run.number, run: toJson(run) })
            .onConflict(conflict => conflict.columns(['task', 'number']).doUpdateSet({ run: toJson(run) }))
            .execute();
        for (const record of records)
          await changes
            .insertInto('trigger_records')
            .values({ task, number: record.number, record: toJson(record) })
            .onConflict(conflict =>
              conflict.columns(['task', 'number']).doUpdateSet({ record: toJson(record) }),
            )
            .execute();
        await appendEntries(changes, entries);
      });
    },

    async runs(task, before, limit) {
      const found = await rows
        .selectFrom('training_runs')
        .select('run')
        .where('task', '=', task)
        .where('number', '<', bound(before))
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
        .where('number', '<', bound(before))
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return found.map(({ record }) => fromJson<FiringRecord>(record));
    },
  };
}
