import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { Device, DeviceStore } from '@murmuration/rounds/population/device';
import type { RowDatabase } from './database.ts';
import type { Tables } from './schema.ts';

/** Keeps enrolled devices as rows. */
export function sqlDevices({ rows, writer }: RowDatabase): DeviceStore {
  return {
    async get(id) {
      const row = await rows.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirst();
      return row && deviceOf(row);
    },

    async add(device) {
      const { numInsertedOrUpdatedRows } = await writer.write(changes =>
        changes
          .insertInto('devices')
          .values(rowOf(device))
          .onConflict(conflict => conflict.doNothing())
          .executeTakeFirst(),
      );
      return numInsertedOrUpdatedRows === 1n;
    },

    async count() {
      const { devices } = await rows
        .selectFrom('devices')
        .select(({ fn }) => fn.countAll<number>().as('devices'))
        .where('revoked_at', 'is', null)
        .executeTakeFirstOrThrow();
      return devices;
    },

    async list({ after, limit }, revoked, prefix) {
      let query = rows.selectFrom('devices').selectAll();
      if (revoked !== undefined) query = query.where('revoked_at', revoked ? 'is not' : 'is', null);
      // No character of an id sorts after a tilde.
      if (prefix)
        query = query.where('id', '>=', prefix as DeviceId).where('id', '<', `${prefix}~` as DeviceId);
      if (after)
        query = query.where(({ or, and, eb }) =>
          or([
            eb('enrolled_at', '<', after.time),
            and([eb('enrolled_at', '=', after.time), eb('id', '<', after.id as DeviceId)]),
          ]),
        );
      const found = await query.orderBy('enrolled_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
      return found.map(deviceOf);
    },

    async revoke(id, time) {
      const { numUpdatedRows } = await writer.write(changes =>
        changes
          .updateTable('devices')
          .set({ revoked_at: time })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .executeTakeFirst(),
      );
      return numUpdatedRows === 1n;
    },

    async reinstate(id) {
      const { numUpdatedRows } = await writer.write(changes =>
        changes
          .updateTable('devices')
          .set({ revoked_at: null })
          .where('id', '=', id)
          .where('revoked_at', 'is not', null)
          .executeTakeFirst(),
      );
      return numUpdatedRows === 1n;
    },
  };
}

function rowOf({ id, publicKey, certificate, enrolledAt, revokedAt }: Device): Tables['devices'] {
  return {
    id,
    public_key: publicKey,
    certificate: certificate ?? null,
    enrolled_at: enrolledAt,
    revoked_at: revokedAt,
  };
}

function deviceOf(row: Tables['devices']): Device {
  return {
    id: row.id as DeviceId,
    publicKey: row.public_key,
    certificate: row.certificate ?? undefined,
    enrolledAt: row.enrolled_at,
    revokedAt: row.revoked_at,
  };
}
