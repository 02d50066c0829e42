import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Connection } from './connection.ts';

/**
 * Kysely dialect over one connection, which queries and transactions use by turns. Transactions may write
 * from their beginning.
 */
export function sqliteDialect(connection: Connection): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new TurnsDriver(connection),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class TurnsDriver implements Driver {
  readonly #connection: Connection;
  readonly #shared: DatabaseConnection;
  #turns: Promise<void> = Promise.resolve();
  #endTurn: () => void = () => {};

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#shared = {
      async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
        const { rows, changes } = await connection.query(sql, parameters);
        return { rows: rows as Row[], numAffectedRows: BigInt(changes) };
      },
      streamQuery() {
        throw new Error('Rows are not streamed.');
      },
    };
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#turns;
    let end!: () => void;
    this.#turns = new Promise(resolve => {
      end = resolve;
    });
    await before;
    this.#endTurn = end;
    return this.#shared;
  }

  async beginTransaction(): Promise<void> {
    // Ends what a failed rollback left behind.
    await this.rollbackTransaction();
    await this.#connection.exec('begin immediate');
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.exec('commit');
  }

  async rollbackTransaction(): Promise<void> {
    // SQLite rolls back on its own in some cases, such as a full disk.
    if (this.#connection.inTransaction) await this.#connection.exec('rollback');
  }

  async releaseConnection(): Promise<void> {
    this.#endTurn();
  }

  async destroy(): Promise<void> {
    this.#connection.close();
  }
}
