import { decode, encode } from '@msgpack/msgpack';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { PartResult, PartStore } from '@murmuration/rounds/round/parts';
import type { PartTerms, RoundTerms } from '@murmuration/rounds/round/round';
import { keyOf } from '@murmuration/rounds/round/store';
import type { Kysely } from 'kysely';
import type { RowDatabase } from './database.ts';
import type { Tables } from './schema.ts';
import { termsIn } from './terms.ts';

/**
 * Keeps results of parts as rows. `closed` is called when a part is over, and may delete other files of it.
 */
export function sqlParts({ rows, writer }: RowDatabase, closed: (key: RoundId) => Promise<void>): PartStore {
  const end = async (terms: PartTerms, result?: PartResult, sum?: Uint8Array) => {
    const { id, part } = terms;
    const key = keyOf(terms);
    await writer.write(async changes => {
      if (result) {
        // Changes nothing, but locks the round: a process that ends it waits for this transaction, and then
        // also deletes the result.
        const held = await changes
          .updateTable('rounds_under_way')
          .set(({ ref }) => ({ round: ref('round') }))
          .where('round', '=', id)
          .executeTakeFirst();
        if (held.numUpdatedRows > 0n)
          await changes
            .insertInto('round_parts')
            .values({ round: id, part, result: encode(result), sum: sum ?? null })
            .onConflict(conflict => conflict.doNothing())
            .execute();
      }
      await forgetJournal(changes, key);
    });
    await closed(key);
  };
  /**
   * Map from the rounds under way at the last look to their terms, which never change; each part looks twice
   * a second.
   */
  let known: ReadonlyMap<RoundId, RoundTerms> = new Map();
  /** Returns the terms of whole rounds, in the order in which they began. */
  const termsUnderWay = async (): Promise<readonly RoundTerms[]> => {
    // The key of a part has a dot, that of a round has none.
    const whole = rows.selectFrom('rounds_under_way').where('round', 'not like', '%.%');
    const begun = await whole.select('round').orderBy('id').execute();
    const keys = begun.map(({ round }) => round as RoundId);
    const others = keys.filter(key => !known.has(key));
    const read = new Map(known);
    if (others.length > 0)
      for (const { round, terms } of await whole
        .select(['round', 'terms'])
        .where('round', 'in', others)
        .execute())
        read.set(round as RoundId, termsIn(decoded<object>(terms)));
    // A round that ended in between has no terms.
    known = new Map(keys.flatMap(key => (read.has(key) ? [[key, read.get(key)!]] : [])));
    return [...known.values()];
  };
  return {
    async open(task) {
      const rounds = await termsUnderWay();
      return rounds.filter(terms => terms.kind === 'spread').filter(({ plan }) => plan.task === task);
    },

    end,
    forget: terms => end(terms),

    async results(round, known = new Map()) {
      let others = rows.selectFrom('round_parts').where('round', '=', round);
      if (known.size > 0) others = others.where('part', 'not in', [...known.keys()]);
      const found = await others.select(['part', 'result']).orderBy('part').execute();
      return new Map(found.map(({ part, result }) => [Number(part), decoded<PartResult>(result)]));
    },

    async sum(round, part) {
      const row = await rows
        .selectFrom('round_parts')
        .select('sum')
        .where('round', '=', round)
        .where('part', '=', part)
        .executeTakeFirst();
      return row?.sum ? new Uint8Array(row.sum) : undefined;
    },
  };
}

/**
 * Deletes the results of a round that is over, in the transaction that ends it, after the round is no longer
 * under way.
 */
export async function forgetParts(changes: Kysely<Tables>, round: RoundId): Promise<void> {
  await changes.deleteFrom('round_parts').where('round', '=', round).execute();
}

async function forgetJournal(changes: Kysely<Tables>, key: RoundId): Promise<void> {
  await changes.deleteFrom('journal').where('round', '=', key).execute();
  await changes.deleteFrom('rounds_under_way').where('round', '=', key).execute();
}

function decoded<Value>(bytes: Uint8Array): Value {
  try {
    return decode(bytes) as Value;
  } catch (cause) {
    throw new MurmurationError('storage.corrupt', 'A row of a part of a round is damaged.', { cause });
  }
}
