import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { VerdictCounts } from '@murmuration/protocol/weights/quantize';
import type { JudgedVersion, VerdictStore } from '@murmuration/rounds/registry/verdicts';
import { type Kysely, sql } from 'kysely';
import type { RowDatabase } from './database.ts';
import type { Tables } from './schema.ts';

/** Adds to the verdicts on a model, within a transaction. */
export async function addVerdicts(
  changes: Kysely<Tables>,
  { model, verdicts: { kept, refused } }: JudgedVersion,
): Promise<void> {
  await changes
    .insertInto('verdicts')
    .values({ model, kept, refused })
    .onConflict(conflict =>
      conflict.column('model').doUpdateSet({
        kept: sql`verdicts.kept + excluded.kept`,
        refused: sql`verdicts.refused + excluded.refused`,
      }),
    )
    .execute();
}

/** Keeps verdicts on versions as rows, one per model; `addVerdicts` adds them. */
export function sqlVerdicts({ rows, writer }: RowDatabase): VerdictStore {
  return {
    async of(models) {
      if (models.length === 0) return new Map();
      const found = await rows.selectFrom('verdicts').selectAll().where('model', 'in', models).execute();
      return new Map(
        found.map(({ model, kept, refused }): [ModelHash, VerdictCounts] => [
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
