import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { requireValue, safeInteger } from '../values/value.ts';
import { withoutPassword } from './address.ts';
import { allBusy, hasWaited, postgresqlFailure } from './failure.ts';
import { keepAlives } from './keep-alives.ts';

/** Connections to one database at most, unless something else is said. */
const mostConnections = 8;
/** ms that making a connection may take, and waiting for one that is free. */
const connectTimeout = 10_000;
/** ms that a statement waits for the locks of others. */
const lockTimeout = 10_000;
/** ms after which a connection that nobody uses is closed. */
const idleTimeout = 30_000;
/** ms after which the server ends a transaction whose program does nothing: a lock is nobody's for ever. */
const idleInTransaction = 600_000;

const { builtins } = pg.types;
/** Dates as the text that the server gives: a `Date` has neither their days without a time nor their microseconds. */
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
  /** Connections at most. */
  readonly connections?: number | undefined;
  /**
   * ms that making a connection, and the answer to a statement, may take; then the connection is given up. Without it, an answer may take as
   * long as it likes.
   */
  readonly patience?: number | undefined;
  /** What the sessions of the process have in their names, so that others can tell them. */
  readonly session?: string | undefined;
}

export interface PostgresqlPool {
  readonly pool: PostgresPool;
  /** For people: the address without its password. */
  readonly description: string;
}

/**
 * Connections to a database of PostgreSQL, made when they are needed, 8 at most by default. Where one of them carries nothing any more, the
 * server ends its transaction within a quarter of a minute, whatever that had locked. Integers of 64 bits are numbers within 2^53, and a
 * `RangeError` beyond; parameters are those that SQLite takes as well. Errors say in words where the server is away or refuses.
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
  // One that breaks while nobody uses it is thrown away; the next query makes another.
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
          // A pool in which connections are being made has none to wait for: the server is away.
          if (hasWaited(error) && lent.size >= connections)
            throw allBusy(where, connections, patience ?? connectTimeout, error);
          throw postgresqlFailure(error, where, patience);
        }
      },
      end: () => pool.end(),
    },
  };
}

/** One object for each client, by which Kysely knows it again. */
const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();

function clientOf(client: pg.PoolClient, where: string, patience: number | undefined): PostgresPoolClient {
  let ours = known.get(client);
  if (!ours) {
    let isBroken = false;
    let failure: unknown;
    // Heard while it is in use as well: without a listener the process would end.
    client.on('error', () => {
      isBroken = true;
    });
    const query = async (sql: string, parameters: readonly unknown[]) => {
      // To take a transaction back would wait once more for a server that does not answer.
      if (failure !== undefined) throw failure;
      const values = parameters.map(requireValue);
      try {
        // Extended, so that there is one statement in each query, whatever its text says.
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
