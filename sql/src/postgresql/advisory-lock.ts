import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import pg from 'pg';
import { withoutPassword } from './address.ts';
import { postgresqlFailure } from './failure.ts';
import { endedAfter, keepAlives } from './keep-alives.ts';

/**
 * Milliseconds that connecting, and an answer that waits for no lock, may take; milliseconds between two
 * tries.
 */
const connectTimeout = 10_000;
const retryDelay = 1_000;

/** Lock that this process holds. */
export interface AdvisoryLock {
  /**
   * Resolves once the server has answered a new question on the connection that has the lock: it keeps the
   * lock for at least `keptFor` ms from the call on. Other connections prove nothing about it: the server
   * detects each dead connection separately, and may end this one after a disturbance that the others have
   * survived. Throws `storage.failed` if the connection is lost, or no answer comes within `patience` ms. If
   * none has come for as long as the server keeps a connection, the connection is given up, and the lock
   * taken again on another one.
   */
  confirm(patience: number): Promise<void>;
  /** Releases the lock; calling it twice is harmless. */
  release(): Promise<void>;
}

export interface AdvisoryLockOptions {
  readonly clock: Clock;
  /** Called if the lock is not free; the call then waits until it is. Without it, the call does not wait. */
  readonly waiting?: (() => void) | undefined;
  /** True if others that share the lock may hold it too. */
  readonly shared?: boolean | undefined;
  /** Suffix of the session's name, so that others can tell whose it is. */
  readonly session?: string | undefined;
}

/**
 * Takes the advisory lock `key` of a database of PostgreSQL, on a connection of its own: the server releases
 * it when that ends, with the process or its machine. Undefined if another process has it and `waiting` is
 * not given. If the connection is lost, the lock is taken again as soon as possible; meanwhile another
 * process may have it, so what it guards needs a fence too. A pool between here and the server that shares
 * connections by transaction keeps no locks. Throws `storage.failed` if the server is away, `config.invalid`
 * if it refuses.
 */
export async function takeAdvisoryLock(
  address: string,
  key: number,
  options: AdvisoryLockOptions,
): Promise<AdvisoryLock | undefined> {
  const lock = new HeldLock(address, key, options);
  if (await lock.take()) return lock;
  if (!options.waiting) return undefined;
  options.waiting();
  await lock.wait();
  return lock;
}

class HeldLock implements AdvisoryLock {
  readonly #address: string;
  readonly #key: number;
  readonly #clock: Clock;
  readonly #mode: '' | '_shared';
  readonly #name: string;
  #client: pg.Client | undefined;
  /** Time of the oldest question without an answer on the connection; undefined if there is none. */
  #unansweredSince: number | undefined;
  /** Last question on the connection. */
  #asked: Promise<unknown> = Promise.resolve();
  #isReleased = false;
  #cancelRetry: Cancel = () => {};

  constructor(
    address: string,
    key: number,
    { clock, shared, session }: Pick<AdvisoryLockOptions, 'clock' | 'shared' | 'session'>,
  ) {
    this.#address = address;
    this.#key = key;
    this.#clock = clock;
    this.#mode = shared ? '_shared' : '';
    this.#name = session === undefined ? 'murmuration lock' : `murmuration lock ${session}`;
  }

  /** Takes the lock if it is free; true if this process holds it now. */
  async take(): Promise<boolean> {
    const client = await this.#connect();
    // A query is open, so `end` closes the connection without waiting.
    const cancel = this.#clock.at(
      this.#clock.now() + connectTimeout,
      () => void client.end().catch(() => {}),
    );
    try {
      const { rows } = await client.query<{ taken: boolean }>(
        `select pg_try_advisory_lock${this.#mode}($1) as taken`,
        [this.#key],
      );
      if (rows[0]?.taken) {
        this.#hold(client);
        return true;
      }
    } catch (error) {
      await client.end().catch(() => {});
      throw this.#failure(error);
    } finally {
      cancel();
    }
    await client.end();
    return false;
  }

  /** Resolves once this process holds the lock, however often the server goes away. */
  async wait(): Promise<void> {
    for (;;) {
      let client: pg.Client | undefined;
      try {
        client = await this.#connect();
        await client.query(`select pg_advisory_lock${this.#mode}($1)`, [this.#key]);
        this.#hold(client);
        return;
      } catch {
        await client?.end().catch(() => {});
        await new Promise<void>(resolve => this.#clock.at(this.#clock.now() + retryDelay, resolve));
      }
    }
  }

  async confirm(patience: number): Promise<void> {
    const where = `The database ${withoutPassword(this.#address)}`;
    const client = this.#client;
    if (!client)
      throw new MurmurationError('storage.failed', `${where}: the connection that has its lock is lost.`);
    this.#unansweredSince ??= this.#clock.now();
    // Asks a new question each time, since an answer to an earlier one may have been on its way for long. A
    // client takes one at a time.
    const ask = () => client.query('select 1');
    const asked = this.#asked.then(ask, ask);
    this.#asked = asked;
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#clock.at(this.#clock.now() + patience, () => {
        this.#giveUp(client);
        reject(
          new MurmurationError(
            'storage.failed',
            `${where} does not answer within ${patience} ms on the connection that has its lock.`,
          ),
        );
      });
      asked.then(
        () => {
          cancel();
          if (this.#client === client) this.#unansweredSince = undefined;
          resolve();
        },
        error => {
          cancel();
          reject(this.#failure(error));
        },
      );
    });
  }

  /**
   * Ends a connection that has been silent for so long that the server has ended it; this side may learn of
   * that only minutes later.
   */
  #giveUp(client: pg.Client): void {
    if (this.#client !== client || this.#unansweredSince === undefined) return;
    if (this.#clock.now() - this.#unansweredSince < endedAfter) return;
    // A query is open, so `end` closes the connection without waiting.
    client.end().catch(() => {});
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    this.#cancelRetry();
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  /** Opens a connection without a time limit for answers. */
  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#address,
      connectionTimeoutMillis: connectTimeout,
      application_name: this.#name,
      keepAlive: true,
      options: keepAlives,
    });
    // Without a listener an error would end the process; the `end` event reports a broken connection.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #hold(client: pg.Client): void {
    this.#client = client;
    this.#unansweredSince = undefined;
    this.#asked = Promise.resolve();
    client.once('end', () => {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.#retry();
    });
  }

  #retry(): void {
    if (this.#isReleased) return;
    this.#cancelRetry = this.#clock.at(this.#clock.now() + retryDelay, () => {
      this.take().then(
        async taken => {
          if (!taken) this.#retry();
          else if (this.#isReleased) await this.release();
        },
        () => this.#retry(),
      );
    });
  }

  #failure(error: unknown): unknown {
    return postgresqlFailure(error, `The database ${withoutPassword(this.#address)}`);
  }
}
