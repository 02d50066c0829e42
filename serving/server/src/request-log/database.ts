import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { insertMany } from '@murmuration/sql/bulk/insert-many';
import { openSql, type SqlDatabase } from '@murmuration/sql/database/database';
import type { Value } from '@murmuration/sql/values/value';
import type { Kysely } from 'kysely';
import { repeating } from '../server/waiting.ts';
import { attributesOf, type LogEvent, structured } from './event.ts';
import type { RequestLogSettings } from './settings.ts';
import type { LogSink } from './sink.ts';

/** Table that events are written to. */
export type DatabaseOptions = NonNullable<RequestLogSettings['database']> &
  Pick<RequestLogSettings, 'keepFor'> & { readonly table: string };

export interface DatabasePorts {
  readonly clock: Clock;
  readonly fault: (where: string, error: unknown) => void;
}

interface Row {
  readonly number: number;
  readonly id: string;
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly model: string | null;
  readonly version: string | null;
  readonly person: string | null;
  /** Event as JSON. */
  readonly event: string;
}

type Tables = Record<string, Row>;

/** Milliseconds between two deletions of old rows. */
const tidyEvery = 3_600_000;

const columns = [
  { name: 'id', type: 'text' },
  { name: 'type', type: 'text' },
  { name: 'time', type: 'integer' },
  { name: 'model', type: 'text' },
  { name: 'version', type: 'text' },
  { name: 'person', type: 'text' },
  { name: 'event', type: 'text' },
] as const;

/** Writes events to a table of SQLite or PostgreSQL, each batch as a whole or not at all. */
export class DatabaseSink implements LogSink {
  readonly name = 'database';
  readonly #options: DatabaseOptions;
  readonly #ports: DatabasePorts;
  #opened: Promise<SqlDatabase<Tables>> | undefined;
  #timer: Cancel = () => {};
  /** Deletion of old rows under way. */
  #tidying: Promise<void> = Promise.resolve();

  private constructor(options: DatabaseOptions, ports: DatabasePorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * Opens the database, and creates the table if it is missing. An unreachable database is opened with the
   * first write. Throws `storage.*` for errors that don't pass on their own, and `config.invalid` if a server
   * refuses.
   */
  static async open(options: DatabaseOptions, ports: DatabasePorts): Promise<DatabaseSink> {
    const sink = new DatabaseSink(options, ports);
    try {
      await sink.#open();
    } catch (error) {
      if (!(error instanceof MurmurationError && error.retryable)) throw error;
      ports.fault('opening the request log, database', error);
    }
    await sink.#tidy();
    sink.#timer = repeating(tidyEvery, ports.clock, () => {
      sink.#tidying = sink.#tidying.then(() => sink.#tidy());
    });
    return sink;
  }

  /** Writes a batch. Throws `storage.*`; then the table is unchanged. */
  async write(events: readonly LogEvent[]): Promise<number> {
    const { table } = this.#options;
    const { kind, rows } = await this.#open();
    const values = events.flatMap(valuesOf);
    await rows.transaction().execute(async transaction => {
      const target = { kind, table, columns, onConflict: '' };
      await insertMany(transaction as unknown as Kysely<never>, target, values);
    });
    return events.length;
  }

  /** Deletes all rows about a person, given as the pseudonym in the log. Resolves to their number. */
  async forget(person: string): Promise<number> {
    const { rows } = await this.#open();
    const { numDeletedRows } = await rows
      .deleteFrom(this.#options.table)
      .where('person', '=', person)
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  async close(): Promise<void> {
    this.#timer();
    await this.#tidying;
    const database = await this.#opened?.catch(() => undefined);
    await database?.close();
  }

  #open(): Promise<SqlDatabase<Tables>> {
    this.#opened ??= openTable(this.#options).catch(error => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #tidy(): Promise<void> {
    const { table, keepFor } = this.#options;
    if (keepFor === null) return;
    const oldest = this.#ports.clock.now() - keepFor;
    try {
      const { rows } = await this.#open();
      await rows.deleteFrom(table).where('time', '<', oldest).execute();
    } catch (error) {
      this.#ports.fault('the oldest rows of the request log', error);
    }
  }
}

async function openTable({ address, table }: DatabaseOptions): Promise<SqlDatabase<Tables>> {
  const database = await openSql<Tables>(address);
  try {
    await makeTable(database, table);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

async function makeTable({ kind, rows }: SqlDatabase<Tables>, table: string): Promise<void> {
  await rows.schema
    .createTable(table)
    .ifNotExists()
    .addColumn('number', kind === 'postgresql' ? 'bigserial' : 'integer', column => column.primaryKey())
    .addColumn('id', 'text', column => column.notNull())
    .addColumn('type', 'text', column => column.notNull())
    .addColumn('time', 'bigint', column => column.notNull())
    .addColumn('model', 'text')
    .addColumn('version', 'text')
    .addColumn('person', 'text')
    .addColumn('event', 'text', column => column.notNull())
    .execute();
  for (const column of ['time', 'person', 'id'])
    await rows.schema.createIndex(`${table}_${column}`).ifNotExists().on(table).column(column).execute();
}

function valuesOf(event: LogEvent): readonly Value[] {
  const { id = '', type = '', time = '', inferenceservicename, modelversion, person } = attributesOf(event);
  return [
    id,
    type,
    Date.parse(time),
    inferenceservicename ?? null,
    modelversion ?? null,
    person ?? null,
    structured(event),
  ];
}
