import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { minKeptMs } from '@murmuration/sql/postgresql/keep-alives';
import { type Kysely, sql, type Transaction } from 'kysely';
import { HeldLeases, type KeptLease } from '../leases/held-leases.ts';
import type { Leased } from '../leases/parts.ts';
import type { TaskLeases, TaskStatus } from '../leases/ports.ts';
import type { Tables } from '../rows/schema.ts';
import type { Beats } from './beats.ts';
import { inUse } from './owner.ts';

/** Base of the advisory locks of cells; a cell holds this plus its number while it lives. */
const cellLocks = 7_236_850 * 2 ** 20;
/** Largest number of a cell, by its column. Each start of a cell takes the next one. */
const maxCellNumber = 2 ** 31 - 1;

/**
 * Shorter than the server needs to find that a cell is cut off, and others to find that it hangs, by the
 * time of a look at the leases and clock drift.
 */
const lasts = minKeptMs - 2_000;

/** Returns the advisory lock that a living cell holds. */
export const cellLock = (cell: number): number => cellLocks + cell;

/** SQL condition on rows of `task_leases`: the holder is no living cell. */
const isFree = sql<boolean>`holder is null or not exists (
  select 1 from pg_locks where locktype = 'advisory' and objsubid = 1
  and database = (select oid from pg_database where datname = current_database())
  and ((classid::bigint << 32) | objid::bigint) = ${sql.lit(cellLocks)} + holder)`;

interface PlaceRow {
  readonly task: string;
  readonly url: string | null;
  readonly free: boolean;
  readonly standing: string | null;
  readonly age: number | null;
}

/** Leases as rows, with the guard of all transactions of a cell. */
export interface DatabaseLeases extends TaskLeases {
  /** Throws `storage.in-use` once another cell has taken a lease of this one. */
  readonly guard: (rows: Transaction<Tables>) => Promise<void>;
}

/** Holder of leases. */
export interface LeaseHolder {
  /** Number of the cell; 0 for a front, which takes no leases. */
  readonly cell: number;
  /**
   * Resolves once the server has confirmed that the cell holds its advisory lock, for `keptFor` ms from then
   * on. Throws `storage.failed`.
   */
  readonly confirm: () => Promise<void>;
  /** Heartbeats of the cell; undefined for a front, which no other process replaces. */
  readonly beats?: Beats | undefined;
}

/** Opens the leases of a database; `description` names it in errors. */
export function databaseLeases(
  rows: Kysely<Tables>,
  { cell, confirm, beats }: LeaseHolder,
  description: string,
  random: RandomBytes,
): DatabaseLeases {
  const held = new HeldLeases(() => inUse(description));

  return {
    held: held.tasks,
    lasts,

    async guard(changes) {
      if (held.isUnbound) return;
      // Locks the rows, so that another cell that takes one waits for this transaction.
      const { rows: found } =
        await sql<KeptLease>`select task, token from task_leases where holder = ${cell} for share`.execute(
          changes,
        );
      held.require(found);
    },

    async announce(tasks) {
      for (const task of tasks)
        await sql`insert into task_leases (task, token) values (${task}, 0) on conflict do nothing`.execute(
          rows,
        );
    },

    async take(task, url) {
      const token = await rows.transaction().execute(async changes => {
        // A locked row means that its cell has a transaction under way, or that another cell takes it.
        const { rows: found } = await sql<{
          holder: number | null;
        }>`select holder from task_leases where task = ${task} for update skip locked`.execute(changes);
        const [row] = found;
        if (!row) return undefined;
        // Held by this cell: an earlier `take` succeeded, but its answer was lost.
        if (row.holder !== null && Number(row.holder) !== cell) {
          const { rows: tried } = await sql<{
            gone: boolean;
          }>`select pg_try_advisory_xact_lock_shared(${cellLock(Number(row.holder))}::bigint) as gone`.execute(
            changes,
          );
          if (!tried[0]?.gone) return undefined;
        }
        const { rows: taken } = await sql<{ token: number }>`
          update task_leases set holder = ${cell}, url = ${url}, token = token + 1
          where task = ${task} returning token`.execute(changes);
        return Number(taken[0]!.token);
      });
      if (token === undefined) return false;
      held.take(task, token);
      return true;
    },

    async require() {
      if (held.tasks.size === 0) return;
      // Comes first: a lease taken before the lock was seen has a changed row, which counts more.
      const seen = async () => {
        await confirm();
        await beats?.lastFor(lasts);
      };
      const unseen = await seen().catch((error: unknown) => error);
      const { rows: found } =
        await sql<KeptLease>`select task, token from task_leases where holder = ${cell}`.execute(rows);
      held.require(found);
      if (unseen !== undefined) throw unseen;
    },

    async letGo(task) {
      held.letGo(task);
      await sql`update task_leases set holder = null where task = ${task} and holder = ${cell}`.execute(rows);
    },

    async living() {
      const { rows: found } = await sql<{ count: number }>`
        select count(*) as count from pg_locks where locktype = 'advisory' and objsubid = 1 and granted
        and database = (select oid from pg_database where datname = current_database())
        and ((classid::bigint << 32) | objid::bigint) - ${sql.lit(cellLocks)} between 1 and ${sql.lit(maxCellNumber)}`.execute(
        rows,
      );
      return Number(found[0]!.count);
    },

    async release() {
      held.release();
      await sql`update task_leases set holder = null where holder = ${cell}`.execute(rows);
    },

    async tell(standings) {
      for (const [task, standing] of standings)
        await sql`
          insert into task_standings (task, standing, told_at)
          select task, ${JSON.stringify(standing)}, clock_timestamp() from task_leases
          where task = ${task} and holder = ${cell}
          on conflict (task) do update set standing = excluded.standing, told_at = excluded.told_at`.execute(
          rows,
        );
    },

    async places() {
      const { rows: found } = await sql<PlaceRow>`
        select task, url, ${isFree} as free, standing,
          cast(extract(epoch from clock_timestamp() - told_at) * 1000 as double precision) as age
        from task_leases left join task_standings using (task) order by task`.execute(rows);
      return found.map(({ task, url, free, standing, age }) => ({
        task: task as Leased,
        cell: free ? null : url,
        said:
          standing === null
            ? null
            : { standing: JSON.parse(standing) as TaskStatus, age: Math.max(0, age ?? 0) },
      }));
    },

    async ticketKey() {
      await sql`insert into ticket_keys (id, key) values (1, ${Buffer.from(random(32))}) on conflict do nothing`.execute(
        rows,
      );
      const { rows: found } = await sql<{
        key: Uint8Array;
      }>`select key from ticket_keys where id = 1`.execute(rows);
      return new Uint8Array(found[0]!.key);
    },
  };
}
