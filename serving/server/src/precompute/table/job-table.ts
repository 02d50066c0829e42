import { insertMany, quoted } from '@murmuration/sql/bulk/insert-many';
import type { Value } from '@murmuration/sql/values/value';
import { type Kysely, sql } from 'kysely';
import { Lease } from './lease.ts';
import { generationOf, generationTable, jobsTable, viewOf } from './names.ts';
import type { BegunRun, EndedRun } from './runs.ts';
import {
  type Database,
  type GenerationRow,
  type JobRow,
  type JobTables,
  makeGeneration,
  type PrecomputedRow,
  tableNames,
} from './schema.ts';

/** Row as a run writes it. */
export type WrittenRow = Omit<GenerationRow, 'attempt' | 'model_version'>;

/** Row as it was computed before. */
export type KnownRow = Pick<GenerationRow, 'key' | 'input_hash' | 'prediction' | 'computed_at'>;

const columns = [
  { name: 'key', type: 'text' },
  { name: 'prediction', type: 'text' },
  { name: 'model_version', type: 'text' },
  { name: 'computed_at', type: 'integer' },
  { name: 'valid_until', type: 'integer' },
  { name: 'input', type: 'text' },
  { name: 'input_hash', type: 'text' },
  { name: 'line', type: 'integer' },
  { name: 'attempt', type: 'integer' },
] as const;

/** Conflict clause: overwrites rows of earlier attempts, and keeps keys that this attempt has written. */
const onConflict = `on conflict (key) do update set ${columns
  .slice(1)
  .map(({ name }) => `${name} = excluded.${name}`)
  .join(', ')} where `;

const rowColumns = ['key', 'prediction', 'model_version', 'computed_at', 'valid_until', 'input'] as const;

/** Tables of generations, whose names vary. */
type Generations = Kysely<Record<string, GenerationRow>>;

/**
 * Rows of one job in a database. A run writes its own generation; once that is complete, it replaces the
 * previous one in a transaction, so readers see either all of one or all of the other. All methods throw
 * `storage.*`.
 */
export class JobTable {
  readonly lease: Lease;
  readonly #database: Database;
  readonly #job: string;

  constructor(database: Database, job: string, holder: string) {
    this.#database = database;
    this.#job = job;
    this.lease = new Lease(database, job, holder);
  }

  get #generations(): Generations {
    return this.#database.rows as unknown as Generations;
  }

  /** Returns the state of the job; creates its row if it is missing. */
  async state(): Promise<JobRow> {
    const { rows } = this.#database;
    const find = () =>
      rows.selectFrom(jobsTable).selectAll().where('name', '=', this.#job).executeTakeFirst();
    const found = await find();
    if (found) return found;
    await rows
      .insertInto(jobsTable)
      .values({ name: this.#job, newest: 0 })
      .onConflict(conflict => conflict.column('name').doNothing())
      .execute();
    return (await find()) as JobRow;
  }

  /** Renews the lease of the job. Throws `storage.in-use` if another process has it. */
  async keep(now: number): Promise<void> {
    await this.lease.hold(this.#database.rows, now);
  }

  /**
   * Begins a run with a version at `now`, or continues an interrupted one of the same version and content,
   * unless `all` is true.
   */
  async begin(
    { version, hash }: Pick<BegunRun, 'version' | 'hash'>,
    { now, all }: { readonly now: number; readonly all: boolean },
  ): Promise<BegunRun> {
    const { rows } = this.#database;
    return rows.transaction().execute(async changes => {
      await this.lease.hold(changes, now);
      const { run, newest } = await changes
        .selectFrom(jobsTable)
        .select(['run', 'newest'])
        .where('name', '=', this.#job)
        .executeTakeFirstOrThrow();
      const left = run === null ? undefined : (JSON.parse(run) as BegunRun);
      const goesOn = left && left.hash === hash && left.version === version && !all;
      const begun: BegunRun = goesOn
        ? { ...left, attempt: left.attempt + 1 }
        : { generation: newest + 1, attempt: 1, version, hash, beganAt: now };
      if (!goesOn) {
        if (left) await this.#drop(changes, left.generation);
        await makeGeneration(changes, generationTable(this.#job, begun.generation));
      }
      await this.#set(changes, { run: JSON.stringify(begun), newest: begun.generation });
      return begun;
    });
  }

  /** Returns the rows of a generation with these keys. */
  async known(generation: number, keys: readonly string[]): Promise<readonly KnownRow[]> {
    if (keys.length === 0) return [];
    return this.#generations
      .selectFrom(generationTable(this.#job, generation))
      .select(['key', 'input_hash', 'prediction', 'computed_at'])
      .where('key', 'in', keys)
      .execute();
  }

  /** Writes rows of a run, and returns those whose key another row of this attempt has. */
  async write<Row extends WrittenRow>(
    { generation, attempt, version }: BegunRun,
    written: readonly Row[],
    now: number,
  ): Promise<readonly Row[]> {
    const table = generationTable(this.#job, generation);
    const values: Value[] = [];
    // One statement can change a row only once.
    const first = new Map<string, Row>();
    for (const row of written) {
      if (first.has(row.key)) continue;
      first.set(row.key, row);
      values.push(
        row.key,
        row.prediction,
        version,
        row.computed_at,
        row.valid_until,
        row.input,
        row.input_hash,
        row.line,
        attempt,
      );
    }
    const target = {
      kind: this.#database.kind,
      table,
      columns,
      onConflict: `${onConflict}${quoted(table)}.attempt < excluded.attempt`,
    };
    return this.#database.rows.transaction().execute(async changes => {
      await this.lease.hold(changes, now);
      const changed = await insertMany(changes as never, target, values);
      if (changed === written.length) return [];
      const kept = await (changes as unknown as Generations)
        .selectFrom(table)
        .select(['key', 'line'])
        .where('key', 'in', [...first.keys()])
        .execute();
      const lines = new Map(kept.map(({ key, line }) => [key, line]));
      return written.filter(({ key, line }) => lines.get(key) !== line);
    });
  }

  /** Replaces the readers' generation by a complete one, in one transaction. Returns its number of rows. */
  async finish({ generation, attempt, version, hash }: BegunRun, ended: EndedRun): Promise<number> {
    const table = generationTable(this.#job, generation);
    const { kind, rows } = this.#database;
    return rows.transaction().execute(async changes => {
      await this.lease.hold(changes, ended.endedAt);
      const generations = changes as unknown as Generations;
      // Rows of earlier attempts that the inputs no longer have.
      if (attempt > 1) await generations.deleteFrom(table).where('attempt', '<', attempt).execute();
      const { count } = await generations
        .selectFrom(table)
        .select(({ fn }) => fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      const view = sql.id(viewOf(this.#job));
      if (kind === 'sqlite') await sql`drop view if exists ${view}`.execute(changes);
      const made = kind === 'sqlite' ? sql`create view` : sql`create or replace view`;
      const shown = sql.join(rowColumns.map(name => sql.id(name)));
      await sql`${made} ${view} as select ${shown} from ${sql.id(table)}`.execute(changes);
      const complete = { generation, version, hash, rows: Number(count), run: null };
      await this.#set(changes, { ...complete, ended: JSON.stringify(ended) });
      return Number(count);
    });
  }

  /**
   * Records that a run failed; a later one may continue it. Throws `storage.in-use` if another process has
   * the job.
   */
  async fail(ended: EndedRun): Promise<void> {
    await this.#database.rows.transaction().execute(async changes => {
      await this.lease.hold(changes, ended.endedAt);
      await this.#set(changes, { ended: JSON.stringify(ended) });
    });
  }

  /** Removes the tables of generations that are neither read nor written. */
  async sweep(): Promise<void> {
    const { generation, run } = await this.state();
    const writing = run === null ? null : (JSON.parse(run) as BegunRun).generation;
    for (const table of await tableNames(this.#database)) {
      const found = generationOf(this.#job, table);
      if (found === undefined || found === generation || found === writing) continue;
      await this.#drop(this.#database.rows, found);
    }
  }

  /** Returns a row of the readers' generation; undefined if there is no such row. */
  async find(key: string): Promise<PrecomputedRow | undefined> {
    return (this.#database.rows as unknown as Kysely<Record<string, PrecomputedRow>>)
      .selectFrom(viewOf(this.#job))
      .select(rowColumns)
      .where('key', '=', key)
      .executeTakeFirst();
  }

  /** Replaces a row of a generation by one that was computed again. */
  async renew(generation: number, { key, ...row }: PrecomputedRow): Promise<void> {
    await this.#generations
      .updateTable(generationTable(this.#job, generation))
      .set(row)
      .where('key', '=', key)
      .execute();
  }

  async #set(rows: Kysely<JobTables>, state: Partial<JobRow>): Promise<void> {
    await rows.updateTable(jobsTable).set(state).where('name', '=', this.#job).execute();
  }

  async #drop(rows: Kysely<JobTables>, generation: number): Promise<void> {
    await rows.schema.dropTable(generationTable(this.#job, generation)).ifExists().execute();
  }
}
