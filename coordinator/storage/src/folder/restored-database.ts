import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { sqliteDialect } from '@murmuration/sql/sqlite/dialect';
import { Kysely } from 'kysely';
import { migrate } from '../rows/migrate.ts';
import { migrations } from '../rows/migrations/all.ts';

/** ms to wait for the locks of a running coordinator. */
export const busyTimeout = 10_000;

/** Counts of rows that must not get lost, for people to compare. */
export interface Contents {
  /** Operator tokens of admins that were not revoked. */
  readonly admins: number;
  readonly auditEntries: number;
  /** Noise steps of privacy budgets. */
  readonly ledgerSteps: number;
}

/**
 * Checks that a database from elsewhere is whole and has exactly the tables, indexes and triggers of its
 * version, before any row is read. Throws `storage.corrupt`, and `storage.newer` if another version made it.
 */
export async function requireOwnSchema(path: string): Promise<void> {
  const connection = await Connection.open(path, { busyTimeout });
  let found: ReadonlyMap<string, string>;
  let names: readonly string[];
  try {
    const { rows } = await connection.query('pragma integrity_check(1)');
    if (rows[0]?.integrity_check !== 'ok')
      throw new MurmurationError(
        'storage.corrupt',
        'The database of the backup is damaged; take another backup.',
      );
    found = await schemaOf(connection);
    const table = "select count(*) as count from sqlite_master where type = 'table' and name = 'migrations'";
    const { rows: tables } = await connection.query(table);
    const done = tables[0]?.count ? (await connection.query('select name from migrations')).rows : [];
    names = done.map(({ name }) => String(name));
  } finally {
    connection.close();
  }
  const unknown = names.find(name => !migrations.some(step => step.name === name));
  if (unknown !== undefined)
    throw new MurmurationError(
      'storage.newer',
      `The database of the backup has the step "${unknown}", which this version doesn't know; restore it with the version that made it, or a newer one.`,
    );
  const expected = await schemaAfter(new Set(names));
  for (const [what, sql] of [...found, ...expected])
    if (found.get(what) !== sql || expected.get(what) !== sql)
      throw new MurmurationError(
        'storage.corrupt',
        `The database of the backup does not have the ${what} as a coordinator makes it: it was changed by somebody else; take another backup.`,
      );
}

/** Counts rows in a database with a checked schema. Throws `storage.*`. */
export async function contentsOf(path: string): Promise<Contents> {
  const connection = await Connection.open(path, { busyTimeout });
  const count = async (from: string) => {
    const { rows } = await connection.query(`select count(*) as count from ${from}`);
    return Number(rows[0]!.count);
  };
  const { rows } = await connection.query("select name from sqlite_master where type = 'table'");
  const tables = new Set(rows.map(({ name }) => name));
  const countIn = (table: string, where = '') => (tables.has(table) ? count(table + where) : 0);
  try {
    return {
      admins: await countIn('operator_tokens', " where role = 'admin' and revoked_at is null"),
      auditEntries: await countIn('audit'),
      ledgerSteps: await countIn('privacy_steps'),
    };
  } finally {
    connection.close();
  }
}

/** Returns a map from the kind and name of each object of a database to its definition. */
async function schemaOf(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const { rows } = await connection.query(
    "select type, name, tbl_name, sql from sqlite_master where name not like 'sqlite_%'",
  );
  return new Map(rows.map(({ type, name, tbl_name, sql }) => [`${type} ${name}`, `${tbl_name} ${sql}`]));
}

/** Returns the schema after these migrations of an empty database. */
async function schemaAfter(names: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  // In memory, since the disk may be almost full.
  const connection = await Connection.open(':memory:', { busyTimeout });
  const rows = new Kysely<Record<never, never>>({ dialect: sqliteDialect(connection) });
  try {
    await migrate(
      rows,
      migrations.filter(({ name }) => names.has(name)),
    );
    return await schemaOf(connection);
  } finally {
    await rows.destroy();
    connection.close();
  }
}
