import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { keptFor } from '@murmuration/sql/postgresql/keep-alives';
import { type Kysely, sql, type Transaction } from 'kysely';
import { HeldLeases, type KeptLease } from '../leases/held-leases.ts';
import type { Leased } from '../leases/parts.ts';
import type { Standing, TaskLeases } from '../leases/ports.ts';
import type { Tables } from '../rows/schema.ts';
import type { Beats } from './beats.ts';
import { inUse } from './owner.ts';

/** Advisory locks of cells: this and the number of the cell. A cell has its own while it lives. */
const cellLocks = 7_236_850 * 2 ** 20;
/** The largest number of a cell: that of its column. Each start of a cell takes the next one. */
const mostCells = 2 ** 31 - 1;

/** Less than the server takes to find that a cell is cut off, and than others to find that it hangs, by what a look at the leases may take and a clock may be off. */
const lasts = keptFor - 2_000;

/** The advisory lock that says that a cell lives. */
export const cellLock = (cell: number): number => cellLocks + cell;

/** Whether no cell lives that has this number, as a condition on rows of `task_leases`. */
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

/** Leases as rows, with what all transactions of a cell ask first. */
export interface DatabaseLeases extends TaskLeases {
  /** Throws `storage.in-use` once another cell has taken what this one had. */
  readonly guard: (rows: Transaction<Tables>) => Promise<void>;
}

/** What leases are of. */
export interface Holder {
  /** The number of the cell; 0 for a front, which takes none. */
  readonly cell: number;
  /** Resolves once the server has shown that the advisory lock of the cell is its own, from then on for `keptFor` ms. Throws `storage.failed`. */
  readonly confirm: () => Promise<void>;
  /** By which others know that it goes on; undefined for a front, which no other replaces. */
  readonly beats?: Beats | undefined;
}

/** The leases of a database. `description` names the database in errors. */
export function databaseLeases(
  rows: Kysely<Tables>,
  { cell, confirm, beats }: Holder,
  description: string,
  random: RandomBytes,
): DatabaseLeases {
  const held = new HeldLeases(() => inUse(description));

  return {
    held: held.tasks,
    lasts,

    async guard(changes) {
      if (held.isUnbound) return;
      // Whoever takes one of them waits for this transaction.
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
        // Locked: a transaction of the cell that has it is under way, or another cell takes it.
        const { rows: found } = await sql<{
          holder: number | null;
        }>`select holder from task_leases where task = ${task} for update skip locked`.execute(changes);
        const [row] = found;
        if (!row) return undefined;
        // This cell: it was given the task, and did not hear so.
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
      // First: whoever took a lease before the lock was seen has changed its row, and that counts more.
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
        and ((classid::bigint << 32) | objid::bigint) - ${sql.lit(cellLocks)} between 1 and ${sql.lit(mostCells)}`.execute(
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
            : { standing: JSON.parse(standing) as Standing, age: Math.max(0, age ?? 0) },
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
