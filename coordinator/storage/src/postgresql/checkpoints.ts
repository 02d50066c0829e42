import { decode, encode } from '@msgpack/msgpack';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { Checkpoint } from '@murmuration/rounds/round/store';
import type { Checkpoints } from '../files/checkpoints.ts';
import type { RowDatabase } from '../rows/database.ts';
import type { FileTables } from './tables.ts';

/**
 * Keeps running sums as rows, one per round, which are replaced as a whole. Queries can't reach replaced
 * rows, but the server overwrites them at its own time and has them in its log; they can't be erased from
 * here.
 */
export function databaseCheckpoints({ rows, writer }: RowDatabase): Checkpoints {
  const stored = rows.withTables<FileTables>();
  return {
    async write(round, checkpoint) {
      const bytes = encode(checkpoint);
      await writer.write(changes =>
        changes
          .withTables<FileTables>()
          .insertInto('checkpoints')
          .values({ round, checkpoint: bytes })
          .onConflict(conflict => conflict.column('round').doUpdateSet({ checkpoint: bytes }))
          .execute(),
      );
    },

    async read(round) {
      const row = await stored
        .selectFrom('checkpoints')
        .select('checkpoint')
        .where('round', '=', round)
        .executeTakeFirst();
      return row ? { checkpoint: decode(row.checkpoint) as Checkpoint } : {};
    },

    async forget(round) {
      await writer.write(changes =>
        changes.withTables<FileTables>().deleteFrom('checkpoints').where('round', '=', round).execute(),
      );
    },

    async rounds() {
      const found = await stored.selectFrom('checkpoints').select('round').execute();
      return found.map(({ round }) => round as RoundId);
    },
  };
}
