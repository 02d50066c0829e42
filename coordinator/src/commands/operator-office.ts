import { userInfo } from 'node:os';
import { type Role, roles } from '@murmuration/api/role';
import { MurmurationError } from '@murmuration/protocol/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemClock, systemRandom } from '@murmuration/protocol/system';
import * as z from 'zod';
import { iso, isoOrNull } from '../http/routes/admin/schemas.ts';
import { Operators } from '../operators/operators.ts';
import type { Place } from '../paging/paging.ts';
import { AdminClient, type RemoteOptions } from './admin-client.ts';

const shown = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  state: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
});
export type ShownToken = z.output<typeof shown>;

const made = z.object({ token: shown, text: z.string() });
const listed = z.object({ tokens: z.array(shown), next: z.string().nullable() });

/** Where operator tokens are made, listed and revoked. */
export interface OperatorOffice {
  create(name: string, role: Role, expiresAt: number | null): Promise<z.output<typeof made>>;
  list(): Promise<readonly ShownToken[]>;
  revoke(id: string): Promise<void>;
}

/** The office of a coordinator that is running. */
export function remoteOffice(options: RemoteOptions): OperatorOffice {
  const client = new AdminClient(options);
  return {
    create: (name, role, expiresAt) =>
      client.post('/operator-tokens', { name, role, expiresAt: isoOrNull(expiresAt) }, made),
    async list() {
      const tokens: ShownToken[] = [];
      let next: string | null = '';
      do {
        const query: string = next === '' ? '' : `&after=${next}`;
        const page: z.output<typeof listed> = await client.get(`/operator-tokens?limit=200${query}`, listed);
        tokens.push(...page.tokens);
        next = page.next;
      } while (next !== null);
      return tokens;
    },
    async revoke(id) {
      await client.post(`/operator-tokens/${encodeURIComponent(id)}/revoke`, {}, z.unknown());
    },
  };
}

/**
 * Works with the office of a storage folder: whoever may write there needs no token. What is done is in the audit log under the name
 * of the account. A coordinator may be running on the folder, or none.
 */
export async function inLocalOffice<Result>(
  folder: string,
  work: (office: OperatorOffice) => Promise<Result>,
): Promise<Result> {
  // Only here: what goes over the network needs no database.
  const { openOperators } = await import('../storage/operators.ts');
  const { tokens, audit, close } = await openOperators(folder);
  try {
    const operators = new Operators(tokens, audit, {
      primitives: native,
      clock: systemClock,
      random: systemRandom,
    });
    const actor = { id: 'local', name: userInfo().username };
    const show = (token: Awaited<ReturnType<typeof operators.list>>[number]): ShownToken => ({
      id: token.id,
      name: token.name,
      role: token.role,
      state: operators.stateOf(token),
      createdAt: iso(token.createdAt),
      expiresAt: isoOrNull(token.expiresAt),
    });
    return await work({
      async create(name, role, expiresAt) {
        const { token, text } = await operators.audited(
          actor,
          'operator-token.create',
          ({ token: { id } }) => id,
          () => operators.create({ name, role, expiresAt }),
        );
        return { token: show(token), text };
      },
      async list() {
        const all: ShownToken[] = [];
        for (let after: Place | undefined; ; ) {
          const page = await operators.list({ after, limit: 200 });
          const last = page.at(-1);
          if (!last) return all;
          all.push(...page.map(show));
          after = { time: last.createdAt, id: last.id };
        }
      },
      async revoke(id) {
        await operators.audited(actor, 'operator-token.revoke', id, async () => {
          if (!(await operators.revoke(id)))
            throw new MurmurationError('request.not-found', 'There is no operator token of this id.');
        });
      },
    });
  } finally {
    await close();
  }
}
