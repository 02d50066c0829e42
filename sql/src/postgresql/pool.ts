import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { requireValue, safeInteger } from '../values/value.ts';
import { withoutPassword } from './address.ts';
import { allBusy, hasWaited, postgresqlFailure } from './failure.ts';
import { keepAlives } from './keep-alives.ts';

/** Default maximum connections to one database. */
const mostConnections = 8;
/** Milliseconds that connecting, and waiting for a free connection, may take. */
const connectTimeout = 10_000;
/** Milliseconds that a statement waits for the locks of others. */
const lockTimeout = 10_000;
/** Milliseconds after which an unused connection is closed. */
const idleTimeout = 30_000;
/** Milliseconds after which the server ends an idle transaction, so that no lock is held for ever. */
const idleInTransaction = 600_000;

const { builtins } = pg.types;
/**
 * Types of dates, read as the text of the server: a `Date` has neither their days without a time nor their
 * microseconds.
 */
const asText = new Set<number>([builtins.DATE, builtins.TIME, builtins.TIMESTAMP, builtins.TIMESTAMPTZ]);

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === builtins.INT8) return safeInteger;
    if (oid === builtins.BYTEA) return (text: string) => new Uint8Array(Buffer.from(text.slice(2), 'hex'));
    if (asText.has(oid)) return (text: string) => text;
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

export interface PoolOptions {
  /** Maximum connections. */
  readonly connections?: number | undefined;
  /**
   * Milliseconds that connecting, and the answer to a statement, may take; then the connection is given up.
   * If left out, an answer may take any time.
   */
  readonly patience?: number | undefined;
  /** Suffix of the sessions' names, so that others can tell whose they are. */
  readonly session?: string | undefined;
}

export interface PostgresqlPool {
  readonly pool: PostgresPool;
  /** Address without its password, to show to people. */
  readonly description: string;
}

/**
 * Creates a pool of connections to a database of PostgreSQL, made on demand, at most 8 by default. The server
 * ends the transaction of a dead connection within a quarter of a minute, and releases its locks. Integers of
 * 64 bits are numbers within 2^53, and a `RangeError` beyond; parameters are those that SQLite takes too.
 * Errors say in words if the server is away or refuses.
 */
export function postgresqlPool(
  address: string,
  { connections = mostConnections, patience, session }: PoolOptions = {},
): PostgresqlPool {
  const description = withoutPassword(address);
  const where = `The database ${description}`;
  const pool = new pg.Pool({
    connectionString: address,
    max: connections,
    connectionTimeoutMillis: patience ?? connectTimeout,
    ...(patience !== undefined && { query_timeout: patience }),
    options: keepAlives,
    idleTimeoutMillis: idleTimeout,
    idle_in_transaction_session_timeout: idleInTransaction,
    lock_timeout: lockTimeout,
    application_name: session === undefined ? 'murmuration' : `murmuration ${session}`,
    keepAlive: true,
    types: types as pg.CustomTypesConfig,
  });
  const lent = new Set<pg.PoolClient>();
  pool.on('release', (_, client) => lent.delete(client));
  pool.on('remove', client => lent.delete(client));
  // A connection that breaks while idle is discarded; the next query makes another.
  pool.on('error', () => {});
  return {
    description,
    pool: {
      async connect() {
        try {
          const client = await pool.connect();
          lent.add(client);
          return clientOf(client, where, patience);
        } catch (error) {
          // A pool that is still making connections has none to wait for: the server is away.
          if (hasWaited(error) && lent.size >= connections)
            throw allBusy(where, connections, patience ?? connectTimeout, error);
          throw postgresqlFailure(error, where, patience);
        }
      },
      end: () => pool.end(),
    },
  };
}

/** Wrapper of each client, since Kysely recognises connections by identity. */
const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();

function clientOf(client: pg.PoolClient, where: string, patience: number | undefined): PostgresPoolClient {
  let ours = known.get(client);
  if (!ours) {
    let isBroken = false;
    let failure: unknown;
    // Listens while the client is in use too: without a listener an error would end the process.
    client.on('error', () => {
      isBroken = true;
    });
    const query = async (sql: string, parameters: readonly unknown[]) => {
      // A rollback would wait again for a server that does not answer.
      if (failure !== undefined) throw failure;
      const values = parameters.map(requireValue);
      try {
        // The extended protocol allows only one statement in each query, whatever its text says.
        return await client.query({ text: sql, values, queryMode: 'extended' } as pg.QueryConfig);
      } catch (error) {
        const ours = postgresqlFailure(error, where, patience);
        if (ours !== error) {
          isBroken = true;
          failure = ours;
        }
        throw ours;
      }
    };
    ours = { query, release: () => client.release(isBroken) } as unknown as PostgresPoolClient;
    known.set(client, ours);
  }
  return ours;
}
