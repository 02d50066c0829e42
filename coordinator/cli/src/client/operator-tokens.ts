import { userInfo } from 'node:os';
import { type Role, roles } from '@murmuration/api/role';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { iso, isoOrNull } from '@murmuration/protocol/time/iso';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { Operators } from '@murmuration/rounds/operators/operators';
import type { Place } from '@murmuration/rounds/paging/paging';
import * as z from 'zod';
import { AdminClient } from './admin-client.ts';
import { pagesAfter } from './pages.ts';

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

/** Store of operator tokens: creates, lists and revokes them. */
export interface OperatorTokens {
  create(name: string, role: Role, expiresAt: number | null): Promise<z.output<typeof made>>;
  list(): Promise<readonly ShownToken[]>;
  revoke(id: string): Promise<void>;
}

/** Returns the operator tokens of a running coordinator. Throws the errors of `AdminClient`. */
export function remoteTokens(options: { readonly url: string }): OperatorTokens {
  const client = new AdminClient(options);
  return {
    create: (name, role, expiresAt) =>
      client.post('/operator-tokens', { name, role, expiresAt: isoOrNull(expiresAt) }, made),
    list: () =>
      pagesAfter(Number.POSITIVE_INFINITY, query =>
        client.get(`/operator-tokens?${query}`, listed).then(({ tokens, next }) => [tokens, next] as const),
      ),
    async revoke(id) {
      await client.post(`/operator-tokens/${encodeURIComponent(id)}/revoke`, {}, z.unknown());
    },
  };
}

/**
 * Runs work on the operator tokens of a storage folder, even while a coordinator runs on it. Write access to
 * the folder replaces a token; the audit log names the account. Throws `storage.*`.
 */
export async function withStoredTokens<Result>(
  folder: string,
  work: (tokens: OperatorTokens) => Promise<Result>,
): Promise<Result> {
  // Loaded only here: calls over the network need no database.
  const { openOperators } = await import('@murmuration/storage/operators');
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
