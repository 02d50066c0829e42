import { type Kysely, sql, type Transaction } from 'kysely';

/**
 * Reads and changes rows inside of a transaction, only through `rows`: anything else would wait for this
 * transaction to end.
 */
type Job<Tables, Value> = (rows: Transaction<Tables>) => Promise<Value>;

interface Waiting<Tables> {
  run(rows: Transaction<Tables>): Promise<void>;
  succeed(): void;
  fail(error: unknown): void;
}

/** Maximum jobs of one transaction, so that the first one doesn't wait for too many others. */
const maxGroup = 256;

/**
 * Group commit: jobs that come while a transaction is committed gather, and the next transaction takes them
 * together, so that many small writes share one fsync. Each job is atomic on its own.
 */
export class Writer<Tables> {
  readonly #database: Kysely<Tables>;
  readonly #guard: ((rows: Transaction<Tables>) => Promise<void>) | undefined;
  readonly #waiting: Waiting<Tables>[] = [];
  #isRunning = false;

  /** @param guard throws if nothing may be written any more; it is called in each transaction. */
  constructor(database: Kysely<Tables>, guard?: (rows: Transaction<Tables>) => Promise<void>) {
    this.#database = database;
    this.#guard = guard;
  }

  /**
   * Runs a job; its changes are durable when this resolves. If the job throws, the rows stay as they were.
   * Throws `storage.*`.
   */
  write<Value>(job: Job<Tables, Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      let value: Value;
      this.#waiting.push({
        async run(rows) {
          value = await job(rows);
        },
        succeed: () => resolve(value),
        fail: reject,
      });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, maxGroup));
    this.#isRunning = false;
  }

  async #commit(group: readonly Waiting<Tables>[]): Promise<void> {
    const done: Waiting<Tables>[] = [];
    const refused: [Waiting<Tables>, unknown][] = [];
    try {
      await this.#database.transaction().execute(async rows => {
        await this.#guard?.(rows);
        const [only, ...others] = group;
        if (only && others.length === 0) {
          await only.run(rows);
          done.push(only);
          return;
        }
        for (const each of group) {
          await sql`savepoint job`.execute(rows);
          try {
            await each.run(rows);
            done.push(each);
          } catch (error) {
            // Fails if SQLite has rolled everything back on its own; then none of the group is kept.
            await sql`rollback to job`.execute(rows).catch(() => {
              throw error;
            });
            refused.push([each, error]);
          }
          await sql`release job`.execute(rows);
        }
      });
    } catch (error) {
      const known = new Map(refused);
      for (const each of group) each.fail(known.get(each) ?? error);
      return;
    }
    for (const each of done) each.succeed();
    for (const [each, error] of refused) each.fail(error);
  }
}
