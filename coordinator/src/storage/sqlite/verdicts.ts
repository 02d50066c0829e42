import type { ModelHash } from '@murmuration/protocol/ids';
import { sql } from 'kysely';
import type { VerdictStore, Verdicts } from '../../registry/verdicts.ts';
import type { SqliteDatabase } from './open.ts';

/** Verdicts on versions as rows, one a model. */
export function sqliteVerdicts({ rows, writer }: SqliteDatabase): VerdictStore {
  return {
    async add(counts) {
      await writer.write(async database => {
        for (const [model, { kept, refused }] of counts)
          await database
            .insertInto('verdicts')
            .values({ model, kept, refused })
            .onConflict(conflict =>
              conflict.column('model').doUpdateSet({
                kept: sql`verdicts.kept + excluded.kept`,
                refused: sql`verdicts.refused + excluded.refused`,
              }),
            )
            .execute();
      });
    },

    async of(models) {
      if (models.length === 0) return new Map();
      const found = await rows.selectFrom('verdicts').selectAll().where('model', 'in', models).execute();
      return new Map(
        found.map(({ model, kept, refused }): [ModelHash, Verdicts] => [
          model as ModelHash,
          { kept, refused },
        ]),
      );
    },

    async retain(models) {
      await writer.write(async database => {
        const found = await database.selectFrom('verdicts').select('model').execute();
        for (const { model } of found)
          if (!models.has(model as ModelHash))
            await database.deleteFrom('verdicts').where('model', '=', model).execute();
      });
    },
  };
}
