import { CompiledQuery, type Kysely, sql } from 'kysely';
import type { Value } from '../values/value.ts';

/** Maximum parameters of one statement of SQLite (sqlite.org/limits.html, §9). */
const maxStatementParameters = 32_766;
/** Rows of one statement of SQLite: longer statements are no faster. */
const maxRowsOfStatement = 128;

/** Column, and the type of its values; `bytes` are SQLite's blobs and PostgreSQL's bytea. */
export interface BulkColumn {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'bytes';
}

export interface BulkTarget {
  readonly kind: 'sqlite' | 'postgresql';
  readonly table: string;
  readonly columns: readonly BulkColumn[];
  /** SQL after the values, such as `on conflict (key) do nothing`; may be empty. */
  readonly onConflict: string;
}

const arrayOf = { text: 'text[]', integer: 'bigint[]', bytes: 'bytea[]' } as const;

/**
 * Inserts many rows as fast as the database takes them, and returns how many were inserted or changed.
 * `values` has the rows one after the other, one value for each column. Throws `storage.*`.
 */
export async function insertMany(
  rows: Kysely<never>,
  target: BulkTarget,
  values: readonly Value[],
): Promise<number> {
  const width = target.columns.length;
  if (target.kind === 'postgresql') return insertArrays(rows, target, values);
  const atOnce = Math.min(maxRowsOfStatement, Math.floor(maxStatementParameters / width));
  let changes = 0;
  for (let from = 0; from < values.length; from += atOnce * width) {
    const part = values.slice(from, from + atOnce * width);
    // All statements except the last have the same text, which the connection has prepared.
    const places = Array(part.length / width).fill(`(${Array(width).fill('?').join(', ')})`);
    const text = `${beginning(target)} values ${places.join(', ')} ${target.onConflict}`;
    const { numAffectedRows } = await rows.executeQuery(CompiledQuery.raw(text, part as Value[]));
    changes += Number(numAffectedRows ?? 0n);
  }
  return changes;
}

/** Inserts with one array for each column, so that the statement has the same text for any number of rows. */
async function insertArrays(
  rows: Kysely<never>,
  target: BulkTarget,
  values: readonly Value[],
): Promise<number> {
  const width = target.columns.length;
  const arrays = target.columns.map(({ type }, column) => {
    const own: Value[] = [];
    for (let at = column; at < values.length; at += width) own.push(values[at] as Value);
    return sql`${arrayLiteral(own)}::${sql.raw(arrayOf[type])}`;
  });
  const statement = sql`${sql.raw(beginning(target))} select * from unnest(${sql.join(arrays)}) ${sql.raw(target.onConflict)}`;
  const { numAffectedRows } = await statement.execute(rows);
  return Number(numAffectedRows ?? 0n);
}

function beginning({ table, columns }: BulkTarget): string {
  return `insert into ${quoted(table)} (${columns.map(({ name }) => quoted(name)).join(', ')})`;
}

/** Array as PostgreSQL reads it from text (postgresql.org/docs/current/arrays.html, §8.15.2). */
function arrayLiteral(values: readonly Value[]): string {
  const parts = values.map(value => {
    if (value === null) return 'NULL';
    if (typeof value === 'number') return String(value);
    const text = typeof value === 'string' ? value : `\\x${Buffer.from(value).toString('hex')}`;
    return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  });
  return `{${parts.join(',')}}`;
}

/** Quotes a name for SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
