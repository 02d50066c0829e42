import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../rows/schema.ts';

/** ms between two beats of a process. */
export const beatMs = 2_000;
/** ms without a beat after which a process counts as hanging, and others end its sessions. */
const hangsAfter = 10_000;
/** Most ms between two looks at the beats of others; in a longer gap the database may have been what hung. */
const longestGap = 3 * beatMs;

/** Returns a random id of a process, 8 bytes, for the names of its sessions. */
export const sessionId = (random: RandomBytes): string => Buffer.from(random(8)).toString('hex');

interface Beat {
  readonly session: string;
  readonly count: number;
}

/** Beat of another process, and the time when it was first seen. */
interface Seen {
  readonly count: number;
  readonly since: number;
}

/**
 * Heartbeats of processes that share a database. A process that is stopped, or whose main thread is blocked,
 * keeps its connections and so its locks; the others then end its sessions. No clocks of other machines are
 * compared. After a gap between two looks, each process has `longestGap` ms for a new beat.
 */
export class Beats {
  readonly #rows: Kysely<Tables>;
  readonly #session: string;
  readonly #clock: Clock;
  readonly #seen = new Map<string, Seen>();
  #beatenAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** Takes `session`, the id in the names of this process's sessions. */
  constructor(rows: Kysely<Tables>, session: string, clock: Clock) {
    this.#rows = rows;
    this.#session = session;
    this.#clock = clock;
  }

  /**
   * Records a beat: others don't end the sessions of this process for `hangsAfter` ms from the call on.
   * Throws `storage.*`.
   */
  async beat(): Promise<void> {
    const began = this.#clock.now();
    await sql`
      insert into beats (session, count) values (${this.#session}, 1)
      on conflict (session) do update set count = beats.count + 1`.execute(this.#rows);
    this.#beatenAt = began;
  }

  /** Makes sure that others don't end the sessions of this process for `ms`. Throws `storage.*`. */
  async lastFor(ms: number): Promise<void> {
    if (this.#clock.now() + ms > this.#beatenAt + hangsAfter) await this.beat();
  }

  /**
   * Looks at the others, and ends the sessions of those that hang; call it every `heartbeatMs` ms. Throws
   * `storage.*`.
   */
  async endHanging(): Promise<void> {
    const { rows: found } = await sql<Beat>`
      select session, count from beats where session <> ${this.#session}`.execute(this.#rows);
    const now = this.#clock.now();
    const gap = now - this.#lookedAt;
    if (gap > longestGap)
      for (const [session, { count, since }] of this.#seen)
        this.#seen.set(session, { count, since: Math.max(since + gap, now - hangsAfter + longestGap) });
    this.#lookedAt = now;
    const gone = new Set(this.#seen.keys());
    for (const { session, count } of found) {
      gone.delete(session);
      const known = this.#seen.get(session);
      if (known?.count !== count) this.#seen.set(session, { count, since: now });
      else if (now - known.since >= hangsAfter) await this.#end({ session, count });
    }
    for (const session of gone) this.#seen.delete(session);
  }

  /** Deletes the beat of this process. Throws `storage.*`. */
  async close(): Promise<void> {
    await sql`delete from beats where session = ${this.#session}`.execute(this.#rows);
  }

  /** Ends the sessions of a process, which has none if it is gone, and deletes its beat. */
  async #end({ session, count }: Beat): Promise<void> {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like ${`murmuration%${session}`} and datname = current_database() and usename = current_user`.execute(
      this.#rows,
    );
    await sql`delete from beats where session = ${session} and count = ${count}`.execute(this.#rows);
  }
}
