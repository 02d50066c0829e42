import type { Role } from '@murmuration/api/role';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { OperatorToken, OperatorTokenStore } from '@murmuration/rounds/operators/operator-token';
import type { Page } from '@murmuration/rounds/paging/paging';
import type { EnrolmentToken, EnrolmentTokenStore } from '@murmuration/rounds/population/enrolment-token';
import type { InferenceTokenStore, StoredInferenceToken } from '@murmuration/rounds/tokens/inference-token';
import { isValid } from '@murmuration/rounds/tokens/secret-token';
import { type Insertable, sql } from 'kysely';
import type { RowDatabase } from './database.ts';
import { fromJson, toJson } from './json.ts';
import type { Tables } from './schema.ts';

/** Keeps enrolment tokens as rows, and the devices that used each. */
export function sqlEnrolmentTokens(database: RowDatabase): EnrolmentTokenStore {
  const { rows, writer } = database;
  return {
    ...tokenRows(database, 'enrolment_tokens', enrolmentTokenOf, ({ maxUses: max_uses, uses }) => ({
      max_uses,
      uses,
    })),

    async users(id) {
      const found = await rows
        .selectFrom('enrolment_uses')
        .select('device')
        .where('token', '=', id)
        .orderBy('device')
        .execute();
      return found.map(({ device }) => device as DeviceId);
    },

    async namesOf(devices) {
      if (devices.length === 0) return new Map();
      const found = await rows
        .selectFrom('enrolment_uses')
        .innerJoin('enrolment_tokens', 'enrolment_tokens.id', 'enrolment_uses.token')
        .select(['enrolment_uses.device', 'enrolment_tokens.name'])
        .where('enrolment_uses.device', 'in', devices)
        .execute();
      return new Map(found.map(({ device, name }) => [device as DeviceId, name]));
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
  };
}

/** Keeps operator tokens as rows. */
export function sqlOperatorTokens(database: RowDatabase): OperatorTokenStore {
  const { rows } = database;
  return {
    ...tokenRows(database, 'operator_tokens', operatorTokenOf, ({ role }) => ({ role })),

    async anyValid(time) {
      const found = await rows.selectFrom('operator_tokens').selectAll().execute();
      return found.some(row => isValid(operatorTokenOf(row), time));
    },
  };
}

/** Keeps inference tokens as rows. */
export function sqlInferenceTokens(database: RowDatabase): InferenceTokenStore {
  const { rows } = database;
  return {
    ...tokenRows(database, 'inference_tokens', inferenceTokenOf, ({ rights, models, rate, quota }) => ({
      rights: toJson(rights),
      models: models && toJson(models),
      rate: rate && toJson(rate),
      quota: quota && toJson(quota),
    })),

    async unrevoked() {
      const found = await rows
        .selectFrom('inference_tokens')
        .selectAll()
        .where('revoked_at', 'is', null)
        .execute();
      const any = await rows.selectFrom('inference_tokens').select('id').limit(1).executeTakeFirst();
      return { tokens: found.map(inferenceTokenOf), hasAny: any !== undefined };
    },
  };
}

/** Returns the condition for rows after a place, by SQLite's comparison of row values. */
function after({ after }: Page) {
  return after ? sql<boolean>`(created_at, id) < (${after.time}, ${after.id})` : sql<boolean>`true`;
}

type TokenTable = 'enrolment_tokens' | 'operator_tokens' | 'inference_tokens';

type SharedField = 'id' | 'digest' | 'name' | 'createdAt' | 'expiresAt' | 'revokedAt';

/** Makes the methods that all kinds of tokens share; `ownColumns` returns the columns of this kind alone. */
function tokenRows<Table extends TokenTable, Token extends Pick<OperatorToken, SharedField>>(
  { rows, writer }: RowDatabase,
  table: Table,
  tokenOf: (row: Tables[Table]) => Token,
  ownColumns: (token: Token) => object,
) {
  // Kysely can't infer the columns of a table that is a type parameter.
  const all = () => rows.selectFrom<TokenTable>(table).selectAll();
  const read = (row: object) => tokenOf(row as Tables[Table]);
  return {
    async add(token: Token): Promise<void> {
      const { id, digest, name, createdAt: created_at, expiresAt: expires_at, revokedAt: revoked_at } = token;
      const row = { id, digest, name, created_at, expires_at, revoked_at, ...ownColumns(token) };
      await writer.write(changes =>
        changes
          .insertInto<TokenTable>(table)
          .values(row as Insertable<Tables[TokenTable]>)
          .execute(),
      );
    },

    async get(id: string): Promise<Token | undefined> {
      const row = await all().where('id', '=', id).executeTakeFirst();
      return row && read(row);
    },

    async list(page: Page): Promise<Token[]> {
      const found = await all()
        .where(after(page))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit)
        .execute();
      return found.map(read);
    },

    async revoke(id: string, time: number): Promise<boolean> {
      const { numUpdatedRows } = await writer.write(changes =>
        changes
          .updateTable<TokenTable>(table)
          .set({ revoked_at: sql<number>`coalesce(revoked_at, ${time})` })
          .where('id', '=', id)
          .executeTakeFirst(),
      );
      return numUpdatedRows === 1n;
    },
  };
}

function sharedOf({ id, digest, name, ...times }: Tables[TokenTable]): Pick<OperatorToken, SharedField> {
  const { created_at: createdAt, expires_at: expiresAt, revoked_at: revokedAt } = times;
  return { id, digest, name, createdAt, expiresAt, revokedAt };
}

function enrolmentTokenOf(row: Tables['enrolment_tokens']): EnrolmentToken {
  return {
    ...sharedOf(row),
    maxUses: row.max_uses,
    uses: row.uses,
  };
}

function operatorTokenOf(row: Tables['operator_tokens']): OperatorToken {
  return {
    ...sharedOf(row),
    role: row.role as Role,
  };
}

function inferenceTokenOf(row: Tables['inference_tokens']): StoredInferenceToken {
  return {
    ...sharedOf(row),
    rights: fromJson(row.rights),
    models: row.models === null ? null : fromJson(row.models),
    rate: row.rate === null ? null : fromJson(row.rate),
    quota: row.quota === null ? null : fromJson(row.quota),
  };
}
