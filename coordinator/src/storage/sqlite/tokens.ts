import { sql } from 'kysely';
import type { OperatorToken, OperatorTokenStore } from '../../operators/operator-token.ts';
import type { Role } from '../../operators/role.ts';
import type { Page } from '../../paging.ts';
import type { EnrolmentToken, EnrolmentTokenStore } from '../../population/enrolment-token.ts';
import { isValid } from '../../tokens/secret-token.ts';
import type { SqliteDatabase } from './open.ts';
import type { Tables } from './schema.ts';

/** Enrolment tokens as rows, and the devices that used each. */
export function sqliteEnrolmentTokens({ rows, writer }: SqliteDatabase): EnrolmentTokenStore {
  return {
    async add(token) {
      const { id, digest, name, maxUses, uses, createdAt, expiresAt, revokedAt } = token;
      await writer.write(changes =>
        changes
          .insertInto('enrolment_tokens')
          .values({
            id,
            digest,
            name,
            max_uses: maxUses,
            uses,
            created_at: createdAt,
            expires_at: expiresAt,
            revoked_at: revokedAt,
          })
          .execute(),
      );
    },

    async get(id) {
      const row = await rows
        .selectFrom('enrolment_tokens')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && enrolmentTokenOf(row);
    },

    async list(page) {
      const found = await rows
        .selectFrom('enrolment_tokens')
        .selectAll()
        .where(after(page))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit)
        .execute();
      return found.map(enrolmentTokenOf);
    },

    use(id, device, time) {
      return writer.write(async changes => {
        const row = await changes
          .selectFrom('enrolment_tokens')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirst();
        const token = row && enrolmentTokenOf(row);
        if (!token || !isValid(token, time)) return false;
        const known = await changes
          .selectFrom('enrolment_uses')
          .select('device')
          .where('token', '=', id)
          .where('device', '=', device)
          .executeTakeFirst();
        if (known) return true;
        if (token.maxUses !== null && token.uses >= token.maxUses) return false;
        await changes.insertInto('enrolment_uses').values({ token: id, device }).execute();
        await changes
          .updateTable('enrolment_tokens')
          .set({ uses: token.uses + 1 })
          .where('id', '=', id)
          .execute();
        return true;
      });
    },

    revoke: (id, time) => revoke(writer, 'enrolment_tokens', id, time),
  };
}

/** Operator tokens as rows. */
export function sqliteOperatorTokens({ rows, writer }: SqliteDatabase): OperatorTokenStore {
  return {
    async add({ id, digest, name, role, createdAt, expiresAt, revokedAt }) {
      await writer.write(changes =>
        changes
          .insertInto('operator_tokens')
          .values({
            id,
            digest,
            name,
            role,
            created_at: createdAt,
            expires_at: expiresAt,
            revoked_at: revokedAt,
          })
          .execute(),
      );
    },

    async get(id) {
      const row = await rows
        .selectFrom('operator_tokens')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row && operatorTokenOf(row);
    },

    async list(page) {
      const found = await rows
        .selectFrom('operator_tokens')
        .selectAll()
        .where(after(page))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit)
        .execute();
      return found.map(operatorTokenOf);
    },

    revoke: (id, time) => revoke(writer, 'operator_tokens', id, time),

    async anyValid(time) {
      const found = await rows.selectFrom('operator_tokens').selectAll().execute();
      return found.some(row => isValid(operatorTokenOf(row), time));
    },
  };
}

/** What comes after a place, by SQLite's comparison of row values. */
function after({ after }: Page) {
  return after ? sql<boolean>`(created_at, id) < (${after.time}, ${after.id})` : sql<boolean>`true`;
}

async function revoke(
  writer: SqliteDatabase['writer'],
  table: 'enrolment_tokens' | 'operator_tokens',
  id: string,
  time: number,
): Promise<boolean> {
  const { numUpdatedRows } = await writer.write(changes =>
    changes
      .updateTable(table)
      .set({ revoked_at: sql<number>`coalesce(revoked_at, ${time})` })
      .where('id', '=', id)
      .executeTakeFirst(),
  );
  return numUpdatedRows === 1n;
}

function enrolmentTokenOf(row: Tables['enrolment_tokens']): EnrolmentToken {
  return {
    id: row.id,
    digest: row.digest,
    name: row.name,
    maxUses: row.max_uses,
    uses: row.uses,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}

function operatorTokenOf(row: Tables['operator_tokens']): OperatorToken {
  return {
    id: row.id,
    digest: row.digest,
    name: row.name,
    role: row.role as Role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}
