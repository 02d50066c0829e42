import { type OperatorTokenMessage, operatorToken } from '@murmuration/api/token';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { iso, isoOrNull } from '@murmuration/protocol/time/iso';
import type { OperatorToken } from '@murmuration/rounds/operators/operator-token';
import type { Operators } from '@murmuration/rounds/operators/operators';
import { label } from '@murmuration/rounds/tokens/label';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { expiresAt, next, nextOf, page, pageOf, role, timeOf, tokenParams } from './schemas.ts';
import { operatorOf } from './scope.ts';

const self = z.object({ id: z.string(), name: z.string(), role });

/** Adds the routes of operator tokens. */
export function operatorTokenRoutes(scope: App, operators: Operators): void {
  const describe = (each: OperatorToken): OperatorTokenMessage => ({
    id: each.id,
    name: each.name,
    role: each.role,
    state: operators.stateOf(each),
    createdAt: iso(each.createdAt),
    expiresAt: isoOrNull(each.expiresAt),
    revokedAt: isoOrNull(each.revokedAt),
  });

  scope.get(
    '/operator',
    {
      config: { least: 'viewer' },
      schema: { summary: 'Whose token this is', response: { 200: self } },
    },
    request => operatorOf(request),
  );

  scope.get(
    '/operator-tokens',
    {
      config: { least: 'admin' },
      schema: {
        summary: 'Operator tokens, newest first; those of the configuration are not among them',
        querystring: page,
        response: { 200: z.object({ tokens: z.array(operatorToken), next }) },
      },
    },
    async ({ query }) => {
      const asked = pageOf(query);
      const tokens = await operators.list(asked);
      return {
        tokens: tokens.map(describe),
        next: nextOf(tokens, asked, ({ createdAt: time, id }) => ({ time, id })),
      };
    },
  );

  scope.post(
    '/operator-tokens',
    {
      config: { least: 'admin' },
      schema: {
        summary: 'Make an operator token; `text` is shown only once',
        body: z.strictObject({ name: label, role, expiresAt }),
        response: { 201: z.object({ token: operatorToken, text: z.string() }), 400: problem },
      },
    },
    async (request, reply) => {
      const { name, role: given, expiresAt: end } = request.body;
      const made = await operators.audited(
        operatorOf(request),
        'operator-token.create',
        ({ token: { id } }) => id,
        () => operators.create({ name, role: given, expiresAt: timeOf(end) }),
      );
      return reply.status(201).send({ token: describe(made.token), text: made.text });
    },
  );

  scope.post(
    '/operator-tokens/:token/revoke',
    {
      config: { least: 'admin' },
      schema: {
        summary: 'Let nobody use a token any more',
        params: tokenParams,
        response: { 200: z.object({ token: operatorToken }), 404: problem },
      },
    },
    async request => {
      const { token: id } = request.params;
      const revoked = await operators.audited(operatorOf(request), 'operator-token.revoke', id, async () => {
        const found = await operators.revoke(id);
        if (!found)
          throw new MurmurationError(
            'request.not-found',
            'There is no operator token of this id; one of the configuration is taken out there.',
          );
        return found;
      });
      return { token: describe(revoked) };
    },
  );
}
