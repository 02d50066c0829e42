import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Activity, ActivityStore, TaskParticipation } from '@murmuration/rounds/population/activity';
import { sql } from 'kysely';
import type { RowDatabase } from './database.ts';

/** Most rows of one statement: SQLite binds up to 32,766 values. */
const maxRows = 1_000;

/** Keeps activity as rows: one per device, and one per device and task. */
export function sqlActivity({ rows, writer }: RowDatabase): ActivityStore {
  return {
    async record(unordered) {
      // Sorted, since two processes that saw the same devices would otherwise deadlock on each other's rows.
      const changes = unordered.toSorted((one, other) => (one.device < other.device ? -1 : 1));
      const seen = changes.map(({ device, seenAt, client }) => ({
        device,
        seen_at: seenAt,
        platform: client?.platform ?? '',
        sdk: client?.sdk ?? '',
      }));
      const parts = changes.flatMap(({ device, tasks }) =>
        tasks
          .toSorted((one, other) => (one.task < other.task ? -1 : 1))
          .map(({ task, rounds, updates, lastAt }) => ({
            device,
            task,
            rounds,
            updates,
            last_at: lastAt,
          })),
      );
      await writer.write(async database => {
        for (const part of pieces(seen))
          await database
            .insertInto('device_activity')
            .values(part)
            .onConflict(conflict =>
              conflict.column('device').doUpdateSet({
                seen_at: later('device_activity.seen_at', 'excluded.seen_at'),
                platform: sql`case when excluded.sdk = '' then device_activity.platform else excluded.platform end`,
                sdk: sql`case when excluded.sdk = '' then device_activity.sdk else excluded.sdk end`,
              }),
            )
            .execute();
        for (const part of pieces(parts))
          await database
            .insertInto('participation')
            .values(part)
            .onConflict(conflict =>
              conflict.columns(['device', 'task']).doUpdateSet({
                rounds: sql`participation.rounds + excluded.rounds`,
                updates: sql`participation.updates + excluded.updates`,
                last_at: later('participation.last_at', 'excluded.last_at'),
              }),
            )
            .execute();
      });
    },

    async coming(now, comingFor, lasting) {
      const share = sql<number>`2 - 2 * cast(${now} - device_activity.seen_at as double precision) / ${lasting}`;
      const { devices } = await rows
        .selectFrom('device_activity')
        .innerJoin('devices', 'devices.id', 'device_activity.device')
        .select(sql<number>`coalesce(sum(case when ${share} < 1 then ${share} else 1 end), 0)`.as('devices'))
        .where('devices.revoked_at', 'is', null)
        .where('device_activity.seen_at', '>', now - lasting)
        .where(sql<boolean>`device_activity.seen_at - devices.enrolled_at >= ${comingFor}`)
        .executeTakeFirstOrThrow();
      return devices;
    },

    async summary(since) {
      const { seen } = await rows
        .selectFrom('device_activity')
        .select(count => count.fn.countAll<number>().as('seen'))
        .where('seen_at', '>=', since)
        .executeTakeFirstOrThrow();
      const clients = await rows
        .selectFrom('device_activity')
        .select(({ fn }) => ['platform', 'sdk', fn.countAll<number>().as('devices')])
        .groupBy(['platform', 'sdk'])
        .orderBy('devices', 'desc')
        .orderBy('platform')
        .execute();
      return { seen, clients };
    },

    async of(devices) {
      const found = new Map<DeviceId, Activity & { readonly tasks: TaskParticipation[] }>();
      for (const part of pieces(devices)) {
        const seen = await rows
          .selectFrom('device_activity')
          .selectAll()
          .where('device', 'in', part)
          .execute();
        for (const { device, seen_at, platform, sdk } of seen)
          found.set(device as DeviceId, { seenAt: seen_at, platform, sdk, tasks: [] });
        const parts = await rows
          .selectFrom('participation')
          .selectAll()
          .where('device', 'in', part)
          .orderBy('task')
          .execute();
        for (const { device, task, rounds, updates, last_at } of parts)
          found
            .get(device as DeviceId)
            ?.tasks.push({ task: task as TaskName, rounds, updates, lastAt: last_at });
      }
      return found;
    },
  };
}

/** SQL expression for the later of two times, in both databases. */
const later = (one: string, other: string) =>
  sql<number>`case when ${sql.ref(one)} > ${sql.ref(other)} then ${sql.ref(one)} else ${sql.ref(other)} end`;

function pieces<Row>(all: readonly Row[]): readonly (readonly Row[])[] {
  return Array.from({ length: Math.ceil(all.length / maxRows) }, (_, piece) =>
    all.slice(piece * maxRows, (piece + 1) * maxRows),
  );
}
