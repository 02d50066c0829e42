import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Conviction, ConvictionStore } from '@murmuration/rounds/population/convictions';
import type { RowDatabase } from './database.ts';
import type { Tables } from './schema.ts';

/** Keeps convictions as rows, one per device and round. */
export function sqlConvictions({ rows, writer }: RowDatabase): ConvictionStore {
  const standing = () =>
    rows.selectFrom('convictions').selectAll().where('is_pardoned', '=', 0).orderBy('time').orderBy('round');
  return {
    async add({ device, round, code, time }) {
      await writer.write(changes =>
        changes
          .insertInto('convictions')
          .values({ device, round, code, time, is_pardoned: 0 })
          .onConflict(conflict => conflict.doNothing())
          .execute(),
      );
    },

    async of(devices) {
      if (devices.length === 0) return new Map();
      const found = await standing().where('device', 'in', devices).execute();
      const of = new Map<DeviceId, Conviction[]>();
      for (const conviction of found.map(convictionOf))
        of.set(conviction.device, [...(of.get(conviction.device) ?? []), conviction]);
      return of;
    },

    async since(time) {
      return (await standing().where('time', '>=', time).execute()).map(convictionOf);
    },

    async count() {
      const { devices } = await rows
        .selectFrom('convictions')
        .select(({ fn }) => fn.count<number>('device').distinct().as('devices'))
        .where('is_pardoned', '=', 0)
        .executeTakeFirstOrThrow();
      return devices;
    },

    async pardon(device) {
      await writer.write(changes =>
        changes.updateTable('convictions').set({ is_pardoned: 1 }).where('device', '=', device).execute(),
      );
    },
  };
}

function convictionOf({ device, round, code, time }: Tables['convictions']): Conviction {
  return { device: device as DeviceId, round: round as RoundId, code: code as ErrorCode, time };
}
