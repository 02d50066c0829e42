import type {
  Document,
  DocumentChange,
  DocumentQuery,
  Documents,
} from '@murmuration/rounds/operators/documents';
import type { Transaction } from 'kysely';
import { appendEntries } from './audit.ts';
import { bound } from './bound.ts';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';
import type { Tables } from './schema.ts';

/** Most rows of one statement: SQLite binds up to 32,766 values. */
const rowsAtOnce = 1_000;

/** Keeps documents as rows of one table. */
export function sqlDocuments({ rows, writer }: RowDatabase): Documents {
  return {
    async get<Value>(kind: string, scope: string, key: string) {
      const row = await rows
        .selectFrom('documents')
        .select('value')
        .where('kind', '=', kind)
        .where('scope', '=', scope)
        .where('key', '=', key)
        .executeTakeFirst();
      return row && fromJson<Value>(row.value);
    },

    async list<Value>(kind: string, { scope, keys, before, limit }: DocumentQuery = {}) {
      if (keys?.length === 0) return [];
      let meant = rows.selectFrom('documents').selectAll().where('kind', '=', kind);
      if (scope !== undefined) meant = meant.where('scope', '=', scope);
      if (keys !== undefined) meant = meant.where('key', 'in', keys);
      if (before !== undefined) meant = meant.where('at', '<', bound(before));
      if (limit !== undefined) meant = meant.limit(limit);
      const found = await meant.orderBy('at', 'desc').orderBy('scope').orderBy('key').execute();
      return found.map(({ value, ...row }) => ({ ...row, value: fromJson<Value>(value) }));
    },

    change: change => writer.write(changes => changeDocuments(changes, change)),
  };
}

/** Changes documents within a transaction; returns how many of `remove` existed. */
export async function changeDocuments(
  changes: Transaction<Tables>,
  { remove = [], forget, put = [], add = [], newest, entries = [] }: DocumentChange,
): Promise<number> {
  let removed = 0n;
  for (const { kind, scope, key } of remove) {
    const { numDeletedRows } = await changes
      .deleteFrom('documents')
      .where('kind', '=', kind)
      .where('scope', '=', scope)
      .where('key', '=', key)
      .executeTakeFirst();
    removed += numDeletedRows;
  }
  if (forget)
    await changes
      .deleteFrom('documents')
      .where('kind', '=', forget.kind)
      .where('at', '<=', bound(forget.until))
      .execute();
  for (const document of put)
    await changes
      .insertInto('documents')
      .values(rowOf(document))
      .onConflict(conflict =>
        conflict
          .columns(['kind', 'scope', 'key'])
          .doUpdateSet(({ ref }) => ({ at: ref('excluded.at'), value: ref('excluded.value') })),
      )
      .execute();
  for (let from = 0; from < add.length; from += rowsAtOnce)
    await changes
      .insertInto('documents')
      .values(add.slice(from, from + rowsAtOnce).map(rowOf))
      .onConflict(conflict => conflict.columns(['kind', 'scope', 'key']).doNothing())
      .execute();
  if (newest) await keepNewest(changes, newest);
  await appendEntries(changes, entries);
  return Number(removed);
}

async function keepNewest(
  changes: Transaction<Tables>,
  { kind, scope, most }: NonNullable<DocumentChange['newest']>,
): Promise<void> {
  const oldest = await changes
    .selectFrom('documents')
    .select('at')
    .where('kind', '=', kind)
    .where('scope', '=', scope)
    .orderBy('at', 'desc')
    .offset(most - 1)
    .limit(1)
    .executeTakeFirst();
  if (!oldest) return;
  await changes
    .deleteFrom('documents')
    .where('kind', '=', kind)
    .where('scope', '=', scope)
    .where('at', '<', oldest.at)
    .execute();
}

function rowOf({ kind, scope, key, at, value }: Document): Tables['documents'] {
  return { kind, scope, key, at, value: toJson(value) };
}
