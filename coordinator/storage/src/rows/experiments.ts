import type {
  Experiment,
  ExperimentCounts,
  ExperimentStore,
} from '@murmuration/lifecycle/experiments/experiment';
import { appendEntries } from './audit.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';

/** Keeps experiments and their measurements as rows, one per key. */
export function sqlExperiments({ rows, writer }: RowDatabase): ExperimentStore {
  return {
    async all(task) {
      let query = rows.selectFrom('experiments').select('experiment').orderBy('number');
      if (task !== undefined) query = query.where('task', '=', task);
      return (await query.execute()).map(({ experiment }) => fromJson<Experiment>(experiment));
    },

    async put(experiment, entries = []) {
      const values = { task: experiment.task, experiment: toJson(experiment) };
      await writer.write(async changes => {
        await changes
          .insertInto('experiments')
          .values({ id: experiment.id, counts: null, ...values })
          .onConflict(conflict => conflict.column('id').doUpdateSet(values))
          .execute();
        await appendEntries(changes, entries);
      });
    },

    async measured(id, counts, units) {
      await writer.write(async changes => {
        await changes
          .updateTable('experiments')
          .set({ counts: toJson(counts) })
          .where('id', '=', id)
          .execute();
        for (const { unit, arm, failed, ms, value, covariate } of units)
          await changes
            .insertInto('experiment_units')
            .values({ experiment: id, unit, arm, failed: failed ? 1 : 0, ms, value, covariate })
            .onConflict(conflict => conflict.columns(['experiment', 'unit']).doUpdateSet({ value, arm }))
            .execute();
        if (counts.before !== undefined)
          await changes
            .deleteFrom('experiment_units')
            .where('experiment', '=', id)
            .where('unit', '>=', counts.before)
            .execute();
      });
    },

    async counts(id) {
      const row = await rows
        .selectFrom('experiments')
        .select('counts')
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.counts ? fromJson<ExperimentCounts>(row.counts) : undefined;
    },

    async units(id) {
      const found = await rows
        .selectFrom('experiment_units')
        .select(['unit', 'arm', 'failed', 'ms', 'value', 'covariate'])
        .where('experiment', '=', id)
        .execute();
      return found.map(({ failed, ...unit }) => ({ ...unit, failed: failed === 1 }));
    },
  };
}
