import { chmod, open, stat } from 'node:fs/promises';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import Database from 'libsql/promise';
import { storageFailure } from '../failures/storage-failure.ts';
import { type Row, requireValue, safeInteger, type Value } from '../values/value.ts';

export interface Result {
  readonly rows: readonly Row[];
  /** Rows inserted, changed or deleted. */
  readonly changes: number;
}

/** Subset of libsql's statement; its methods run on this thread, except `all`. */
interface Statement {
  readonly reader: boolean;
  safeIntegers(on: boolean): Statement;
  run(parameters: readonly Value[]): { readonly changes: number };
  all(parameters: readonly Value[]): Promise<Record<string, unknown>[]>;
  iterate(parameters: readonly Value[]): Promise<Iterable<Record<string, unknown>>>;
}

interface Handle {
  readonly inTransaction: boolean;
  exec(sql: string): Promise<void>;
  prepare(sql: string): Promise<Statement>;
  close(): void;
}

/** Statements that can't run in a transaction. */
const outsideTransactions = /^\s*(?:pragma|vacuum)\b/i;

/** Statements kept prepared. */
const maxPrepared = 200;

/**
 * Connection to an SQLite database: the only file that knows `libsql`, and guards against its faults (it ends
 * the process on a bound boolean and on any call after closing, truncates text at NUL, stores NaN as null,
 * rounds large integers). Commits, with the fsync that they wait for, run on a thread of their own. Only one
 * caller may use it at a time; those that share a connection take turns.
 */
export class Connection {
  readonly #path: string;
  readonly #handle: Handle;
  /** Prepared statements, the least recently used first. */
  readonly #prepared = new BoundedMap<string, Statement>(maxPrepared);
  #isOpen = true;

  private constructor(path: string, handle: Handle) {
    this.#path = path;
    this.#handle = handle;
  }

  /**
   * Opens a database file, or creates it; waits `busyTimeout` ms for the locks of others. Throws `storage.*`.
   */
  static async open(path: string, { busyTimeout }: { readonly busyTimeout: number }): Promise<Connection> {
    try {
      if (path !== ':memory:') await makePrivate(path);
      const handle = new Database(path, { timeout: busyTimeout }) as unknown as Handle;
      const connection = new Connection(path, handle);
      await connection.exec('pragma trusted_schema = off');
      return connection;
    } catch (error) {
      throw storageFailure(error, `The database ${path} can't be opened`);
    }
  }

  get inTransaction(): boolean {
    return this.#isOpen && this.#handle.inTransaction;
  }

  /** Runs statements without parameters and rows, on another thread. Throws `storage.*`. */
  async exec(sql: string): Promise<void> {
    this.#requireOpen();
    try {
      await this.#handle.exec(sql);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /**
   * Runs one statement. Throws `storage.*`, and `TypeError` for a parameter that can't be stored unchanged.
   */
  async query(sql: string, parameters: readonly unknown[] = []): Promise<Result> {
    this.#requireOpen();
    const values = parameters.map(requireValue);
    try {
      const statement = await this.#prepare(sql);
      this.#requireOpen();
      if (statement.reader) return { rows: (await statement.all(values)).map(rowOf), changes: 0 };
      if (this.#handle.inTransaction || outsideTransactions.test(sql)) return changesOf(statement, values);
      return await this.#alone(statement, values);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /**
   * Streams the rows of a query, a few at a time, so that any number of them fits into memory. Throws as
   * `query` does.
   */
  async *stream(sql: string): AsyncGenerator<Row> {
    this.#requireOpen();
    try {
      // Not from the cache: running a prepared statement again would restart it.
      const statement = (await this.#handle.prepare(sql)).safeIntegers(true);
      this.#requireOpen();
      if (!statement.reader) throw new TypeError('Expected a query, a statement that gives rows.');
      for (const row of await statement.iterate([])) yield rowOf(row);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Closing twice is harmless. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#prepared.clear();
    this.#handle.close();
  }

  /** Runs a single change in its own transaction, so that the commit runs on the other thread. */
  async #alone(statement: Statement, values: readonly Value[]): Promise<Result> {
    await this.#handle.exec('begin immediate');
    try {
      this.#requireOpen();
      const result = changesOf(statement, values);
      await this.#handle.exec('commit');
      return result;
    } catch (error) {
      if (this.inTransaction) await this.#handle.exec('rollback');
      throw error;
    }
  }

  async #prepare(sql: string): Promise<Statement> {
    const statement = this.#prepared.get(sql) ?? (await this.#handle.prepare(sql)).safeIntegers(true);
    this.#prepared.set(sql, statement);
    return statement;
  }

  #requireOpen(): void {
    if (!this.#isOpen) throw new Error(`The database ${this.#path} is closed.`);
  }

  #failure(error: unknown): unknown {
    return storageFailure(error, `The database ${this.#path}`);
  }
}

/**
 * Creates a database file that only its owner may read, and removes others' rights to an existing one. The
 * log and index get the same mode.
 */
async function makePrivate(path: string): Promise<void> {
  try {
    await (await open(path, 'wx', 0o600)).close();
    return;
  } catch (error) {
    // The database reports all other errors.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return;
  }
  // Uses paths: closing another handle of a file releases the locks on it.
  for (const each of [path, `${path}-wal`, `${path}-shm`])
    await stat(each)
      .then(({ mode }) => ((mode & 0o077) === 0 ? undefined : chmod(each, mode & 0o700)))
      .catch(() => {});
}

function changesOf(statement: Statement, values: readonly Value[]): Result {
  return { rows: [], changes: statement.run(values).changes };
}

function rowOf(row: Record<string, unknown>): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, readValue(value)]));
}

function readValue(value: unknown): Value {
  if (typeof value === 'bigint') return safeInteger(value);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  // A Buffer is a view into a pool that outlives the row.
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  return value as Value;
}
