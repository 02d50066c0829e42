import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Standing, TaskLeases } from '../../cells/ports.ts';
import type { Tables } from '../rows/schema.ts';
import { inUse } from './owner.ts';

/** Advisory locks of cells: this and the number of the cell. A cell has its own while it lives. */
const cellLocks = 7_236_850 * 2 ** 20;

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

/**
 * The leases of a database, of the cell of this number, whose advisory lock is taken; 0 for a front, which takes none. `description` names the
 * database in errors.
 */
export function databaseLeases(
  rows: Kysely<Tables>,
  cell: number,
  description: string,
  random: RandomBytes,
): DatabaseLeases {
  /** Number of the lease, by task. */
  const held = new Map<TaskName, number>();
  const names = new Set<TaskName>();

  const requireAll = (found: readonly { readonly task: string; readonly token: number }[]): void => {
    const tokens = new Map(found.map(({ task, token }) => [task, Number(token)]));
    for (const [task, token] of held) if (tokens.get(task) !== token) throw inUse(description);
  };

  return {
    held: names,

    async guard(changes) {
      if (held.size === 0) return;
      // Whoever takes one of them waits for this transaction.
      const { rows: found } = await sql<{
        task: string;
        token: number;
      }>`select task, token from task_leases where holder = ${cell} for share`.execute(changes);
      requireAll(found);
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
        if (row.holder !== null) {
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
      held.set(task, token);
      names.add(task);
      return true;
    },

    async require() {
      const { rows: found } = await sql<{
        task: string;
        token: number;
      }>`select task, token from task_leases where holder = ${cell}`.execute(rows);
      requireAll(found);
    },

    async release() {
      held.clear();
      names.clear();
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
        task: task as TaskName,
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
