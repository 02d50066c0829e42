import { setTimeout } from 'node:timers/promises';
import { postgresqlPool } from '@murmuration/sql/postgresql/pool';
import { round } from '../benchmark.ts';

/** What a database was asked to write, for each device. */
export interface Writes {
  readonly transactions: number;
  readonly rows: number;
  /** Of its write-ahead log. */
  readonly bytes: number;
}

/** ms after which PostgreSQL has counted what its idle connections did (PGSTAT_IDLE_INTERVAL is 10 s). */
const counted = 11_000;

/** Counts from now on what is written to a database; the result says how much that was for each of `devices`. */
export async function writesOf(address: string): Promise<(devices: number) => Promise<Writes>> {
  const read = async () => {
    await setTimeout(counted);
    const { pool } = postgresqlPool(address);
    const client = await pool.connect();
    try {
      const { rows } = await client.query<Writes>(
        `select xact_commit::float8 as transactions, (tup_inserted + tup_updated + tup_deleted)::float8 as rows,
          pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes
        from pg_stat_database where datname = current_database()`,
        [],
      );
      return rows[0] as Writes;
    } finally {
      client.release();
      await pool.end();
    }
  };
  const before = await read();
  return async devices => {
    const after = await read();
    const each = (key: keyof Writes) => round((after[key] - before[key]) / devices);
    return { transactions: each('transactions'), rows: each('rows'), bytes: each('bytes') };
  };
}
