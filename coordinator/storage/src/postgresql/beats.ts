import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../rows/schema.ts';

/** ms between two beats of a process. */
export const beatEvery = 2_000;
/** ms without a beat after which a process hangs, and others end its sessions. */
const hangsAfter = 10_000;
/** ms between two looks at the beats of others, at most: in a longer gap the database may have been what hung. */
const longestGap = 3 * beatEvery;

/** The ids of processes whose sessions carry one in their name: 8 bytes. */
export const sessionId = (random: RandomBytes): string => Buffer.from(random(8)).toString('hex');

interface Beat {
  readonly session: string;
  readonly count: number;
}

/** A count of another process, and when it was first seen. */
interface Seen {
  readonly count: number;
  readonly since: number;
}

/**
 * Counts by which processes that share a database know that each of them goes on: one that is stopped, or whose main thread stands still, keeps its
 * connections, and with them its locks. No clock of another machine is gone by, nor the time of a gap between two looks, after which each has
 * `longestGap` ms to go on.
 */
export class Beats {
  readonly #rows: Kysely<Tables>;
  readonly #session: string;
  readonly #clock: Clock;
  readonly #seen = new Map<string, Seen>();
  #beatenAt = Number.NEGATIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** `session`: the id in the names of the sessions of this process. */
  constructor(rows: Kysely<Tables>, session: string, clock: Clock) {
    this.#rows = rows;
    this.#session = session;
    this.#clock = clock;
  }

  /** Says that this process goes on: others leave it its sessions for `hangsAfter` ms from the call on. Throws `storage.*`. */
  async beat(): Promise<void> {
    const began = this.#clock.now();
    await sql`
      insert into beats (session, count) values (${this.#session}, 1)
      on conflict (session) do update set count = beats.count + 1`.execute(this.#rows);
    this.#beatenAt = began;
  }

  /** Makes sure that others leave it its sessions for so many ms. Throws `storage.*`. */
  async lastFor(ms: number): Promise<void> {
    if (this.#clock.now() + ms > this.#beatenAt + hangsAfter) await this.beat();
  }

  /** Looks at the others, and ends the sessions of those that hang; to be called every `beatEvery` ms. Throws `storage.*`. */
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

  /** Leaves nothing for others to look at. Throws `storage.*`. */
  async close(): Promise<void> {
    await sql`delete from beats where session = ${this.#session}`.execute(this.#rows);
  }

  /** Also of one that is gone, which has no session any more. */
  async #end({ session, count }: Beat): Promise<void> {
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like ${`murmuration%${session}`} and datname = current_database() and usename = current_user`.execute(
      this.#rows,
    );
    await sql`delete from beats where session = ${session} and count = ${count}`.execute(this.#rows);
  }
}
