import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import pg from 'pg';
import { withoutPassword } from './address.ts';
import { postgresqlFailure } from './failure.ts';
import { endedAfter, keepAlives } from './keep-alives.ts';

/** ms that making a connection may take, and an answer that waits for nobody; ms between two tries. */
const connectTimeout = 10_000;
const retryDelay = 1_000;

/** A lock that this process has. */
export interface AdvisoryLock {
  /**
   * Resolves once the server has answered on the connection that has the lock, what it is asked now: it keeps the lock for `keptFor` ms from the
   * call on at least. Other connections say nothing of that: each of them is found dead by itself, this one after a disturbance that the others
   * have survived. Throws `storage.failed` where the connection is lost, or nothing comes within `patience` ms. Where nothing has come for as long as
   * the server keeps a connection, it is given up, and the lock taken again on another one.
   */
  confirm(patience: number): Promise<void>;
  /** Lets go of it; twice is harmless. */
  release(): Promise<void>;
}

export interface AdvisoryLockOptions {
  readonly clock: Clock;
  /** Wait until it is free; `waiting` is called where it is not. Without it nobody waits. */
  readonly waiting?: (() => void) | undefined;
  /** Others may have it as well, that share it too. */
  readonly shared?: boolean | undefined;
  /** What the session has in its name, so that others can tell whose it is. */
  readonly session?: string | undefined;
}

/**
 * Takes the advisory lock `key` of a database of PostgreSQL, on a connection of its own: the server lets go of it when that ends, with the
 * process or its machine. Undefined where another has it and nobody waits. Where the connection is lost the lock is taken again as soon
 * as that can be; meanwhile another may have it, so whatever it guards has to be fenced as well. A pool between here and the server that
 * shares connections by transaction keeps no locks. Throws `storage.failed` where the server is away, `config.invalid` where it refuses.
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
  /** When the server was first asked there what it has not answered; undefined: it has answered since. */
  #unansweredSince: number | undefined;
  /** The last question there. */
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

  /** Whether the lock was free, and is this process's now. */
  async take(): Promise<boolean> {
    const client = await this.#connect();
    // A question is open, so that it waits for nothing.
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

  /** Resolves once the lock is this process's, however often the server goes away. */
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
    // Each time another question: an answer to an earlier one may have been on its way for long. A client takes one at a time.
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

  /** Ends a connection that has been silent for so long that the server has ended it: of that this end may hear minutes later. */
  #giveUp(client: pg.Client): void {
    if (this.#client !== client || this.#unansweredSince === undefined) return;
    if (this.#clock.now() - this.#unansweredSince < endedAfter) return;
    // A question is open, so that it waits for nothing.
    client.end().catch(() => {});
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    this.#cancelRetry();
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  /** A connection, on which an answer may take as long as it likes. */
  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#address,
      connectionTimeoutMillis: connectTimeout,
      application_name: this.#name,
      keepAlive: true,
      options: keepAlives,
    });
    // Without a listener the process would end; what breaks is heard as its end.
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
