import { decode, encode } from '@msgpack/msgpack';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import { type JournalEntry, keyOf, type RoundStore } from '@murmuration/rounds/round/store';
import type { Checkpoints } from '../files/checkpoints.ts';
import type { RowDatabase } from './database.ts';
import { rowOf, termsIn } from './terms.ts';

/** Most rows of one statement: SQLite binds up to 32,766 values. */
const maxRows = 1_000;

/** Keeps journals as rows and checkpoints as files. `History.commit` deletes the rows. */
export function sqlRounds({ rows, writer }: RowDatabase, checkpoints: Checkpoints): RoundStore {
  const requireBegun = (round: RoundId, found: unknown): void => {
    if (!found) throw new MurmurationError('storage.failed', `The round ${round} has not begun.`);
  };
  return {
    async begin(terms) {
      await writer.write(changes =>
        changes
          .insertInto('rounds_under_way')
          .values({ round: keyOf(terms), terms: encode(rowOf(terms)) })
          .onConflict(conflict => conflict.doNothing())
          .execute(),
      );
    },

    async append(round, entries) {
      const encoded = entries.map(entry => ({ round, entry: encode(entry) }));
      await writer.write(async changes => {
        requireBegun(
          round,
          await changes
            .selectFrom('rounds_under_way')
            .select('round')
            .where('round', '=', round)
            .executeTakeFirst(),
        );
        for (let at = 0; at < encoded.length; at += maxRows)
          await changes
            .insertInto('journal')
            .values(encoded.slice(at, at + maxRows))
            .execute();
      });
    },

    async checkpoint(round, checkpoint, { erase }) {
      requireBegun(
        round,
        await rows
          .selectFrom('rounds_under_way')
          .select('round')
          .where('round', '=', round)
          .executeTakeFirst(),
      );
      await checkpoints.write(round, checkpoint, erase);
    },

    async underWay() {
      const begun = await rows
        .selectFrom('rounds_under_way')
        .select(['round', 'terms'])
        .orderBy('id')
        .execute();
      return Promise.all(
        begun.map(async ({ round, terms }) => {
          const id = round as RoundId;
          const journal = await rows
            .selectFrom('journal')
            .select('entry')
            .where('round', '=', id)
            .orderBy('id')
            .execute();
          return {
            terms: termsIn(read<object>(terms)),
            entries: journal.map(({ entry }) => read<JournalEntry>(entry)),
            checkpoint: undefined,
            ...(await checkpoints.read(id)),
          };
        }),
      );
    },
  };
}

function read<Value>(bytes: Uint8Array): Value {
  try {
    return decode(bytes) as Value;
  } catch (cause) {
    throw new MurmurationError('storage.corrupt', 'A row of a round under way is damaged.', { cause });
  }
}
