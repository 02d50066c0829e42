import type { SessionStore } from '../../operators/session-store.ts';
import type { RowDatabase } from './database.ts';
import type { Tables } from './schema.ts';

/** Operators' sessions as rows. */
export function sqlSessions({ rows, writer }: RowDatabase): SessionStore {
  return {
    async add({ digest, token, openedAt, expiresAt }) {
      await writer.write(changes =>
        changes
          .insertInto('sessions')
          .values({ digest, token, opened_at: openedAt, expires_at: expiresAt })
          .execute(),
      );
    },

    async get(digest) {
      const row = await rows
        .selectFrom('sessions')
        .selectAll()
        .where('digest', '=', digest)
        .executeTakeFirst();
      return row && sessionOf(row);
    },

    async all() {
      const found = await rows.selectFrom('sessions').selectAll().orderBy('opened_at').execute();
      return found.map(sessionOf);
    },

    async remove(digest) {
      const { numDeletedRows } = await writer.write(changes =>
        changes.deleteFrom('sessions').where('digest', '=', digest).executeTakeFirst(),
      );
      return numDeletedRows === 1n;
    },

    async expire(time) {
      await writer.write(changes => changes.deleteFrom('sessions').where('expires_at', '<=', time).execute());
    },
  };
}

function sessionOf({ digest, token, opened_at, expires_at }: Tables['sessions']) {
  return { digest, token, openedAt: opened_at, expiresAt: expires_at };
}
