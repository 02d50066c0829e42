import {
  type DriftReference,
  type DriftStore,
  type DriftWindow,
  maxWindowsPerModel,
  mostReferences,
} from '@murmuration/serving/monitor/drift/drift-store';
import type { ModelDriftSettings } from '@murmuration/serving/monitor/settings';
import type { Transaction } from 'kysely';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';
import type { Tables } from './schema.ts';

/** Keeps references, windows and settings of models as rows. */
export function sqlDrift({ rows, writer }: RowDatabase): DriftStore {
  return {
    async reference(model, version) {
      const row = await rows
        .selectFrom('drift_references')
        .select('reference')
        .where('model', '=', model)
        .where('version', '=', version)
        .executeTakeFirst();
      return row && fromJson<DriftReference>(row.reference);
    },

    async putReference(reference) {
      const { model, version } = reference;
      await writer.write(async changes => {
        await dropReference(changes, model, version);
        await changes
          .insertInto('drift_references')
          .values({ model, version, reference: toJson(reference) })
          .execute();
        await keepNewest(changes, 'drift_references', model, mostReferences);
      });
    },

    async dropReference(model, version) {
      await writer.write(changes => dropReference(changes, model, version));
    },

    async windows(model, version, most) {
      const found = await rows
        .selectFrom('drift_windows')
        .select('window')
        .where('model', '=', model)
        .where('version', '=', version)
        .orderBy('number', 'desc')
        .limit(most)
        .execute();
      return found.map(({ window }) => fromJson<DriftWindow>(window));
    },

    async addWindow(window) {
      const { model, version } = window;
      await writer.write(async changes => {
        await changes
          .insertInto('drift_windows')
          .values({ model, version, window: toJson(window) })
          .execute();
        await keepNewest(changes, 'drift_windows', model, maxWindowsPerModel);
      });
    },

    async settings(model) {
      const row = await rows
        .selectFrom('drift_settings')
        .select('settings')
        .where('model', '=', model)
        .executeTakeFirst();
      return row ? fromJson<ModelDriftSettings>(row.settings) : {};
    },

    async putSettings(model, settings) {
      const text = toJson(settings);
      await writer.write(changes =>
        changes
          .insertInto('drift_settings')
          .values({ model, settings: text })
          .onConflict(conflict => conflict.column('model').doUpdateSet({ settings: text }))
          .execute(),
      );
    },
  };
}

async function dropReference(changes: Transaction<Tables>, model: string, version: string): Promise<void> {
  await changes
    .deleteFrom('drift_references')
    .where('model', '=', model)
    .where('version', '=', version)
    .execute();
}

/** Deletes all rows of a model except the newest. */
async function keepNewest(
  changes: Transaction<Tables>,
  table: 'drift_references' | 'drift_windows',
  model: string,
  most: number,
): Promise<void> {
  const oldest = await changes
    .selectFrom(table)
    .select('number')
    .where('model', '=', model)
    .orderBy('number', 'desc')
    .offset(most - 1)
    .limit(1)
    .executeTakeFirst();
  if (!oldest) return;
  await changes.deleteFrom(table).where('model', '=', model).where('number', '<', oldest.number).execute();
}
