import { usesByDefault } from '@murmuration/api/enrolment';
import { type EnrolmentTokenMessage, enrolmentToken } from '@murmuration/api/token';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { iso, isoOrNull } from '@murmuration/protocol/time/iso';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { DeviceRegistry } from '@murmuration/rounds/population/device-registry';
import type { EnrolmentToken } from '@murmuration/rounds/population/enrolment-token';
import type { EnrolmentTokens } from '@murmuration/rounds/population/enrolment-tokens';
import { label } from '@murmuration/rounds/tokens/label';
import { stateOf } from '@murmuration/rounds/tokens/secret-token';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { expiresAt, next, nextOf, page, pageOf, timeOf, tokenParams } from './schemas.ts';
import { operatorOf } from './scope.ts';

const terms = z.strictObject({
  name: label,
  maxUses: z
    .int()
    .min(1)
    .nullable()
    .default(usesByDefault)
    .describe('1: a one-time token; null: any number of devices'),
  expiresAt,
});

/** Adds the routes of enrolment tokens. */
export function enrolmentTokenRoutes(
  scope: App,
  operators: Operators,
  enrolmentTokens: EnrolmentTokens,
  deviceRegistry: DeviceRegistry,
): void {
  const describe = (each: EnrolmentToken): EnrolmentTokenMessage => ({
    id: each.id,
    name: each.name,
    state: stateOf(each, enrolmentTokens.now),
    uses: each.uses,
    maxUses: each.maxUses,
    createdAt: iso(each.createdAt),
    expiresAt: isoOrNull(each.expiresAt),
    revokedAt: isoOrNull(each.revokedAt),
  });

  scope.get(
    '/enrolment-tokens',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Enrolment tokens, newest first; those of the configuration are not among them',
        querystring: page,
        response: { 200: z.object({ tokens: z.array(enrolmentToken), next }) },
      },
    },
    async ({ query }) => {
      const asked = pageOf(query);
      const tokens = await enrolmentTokens.list(asked);
      return {
        tokens: tokens.map(describe),
        next: nextOf(tokens, asked, ({ createdAt: time, id }) => ({ time, id })),
      };
    },
  );

  scope.post(
    '/enrolment-tokens',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Make an enrolment token; `text` is shown only once',
        body: terms,
        response: { 201: z.object({ token: enrolmentToken, text: z.string() }), 400: problem },
      },
    },
    async (request, reply) => {
      const { name, maxUses, expiresAt: end } = request.body;
      const made = await operators.audited(
        operatorOf(request),
        'enrolment-token.create',
        ({ token: { id } }) => id,
        () => enrolmentTokens.create({ name, maxUses, expiresAt: timeOf(end) }),
      );
      return reply.status(201).send({ token: describe(made.token), text: made.text });
    },
  );

  const revoke = async (id: string): Promise<EnrolmentToken> => {
    const found = await enrolmentTokens.revoke(id);
    if (!found) throw new MurmurationError('request.not-found', 'There is no enrolment token of this id.');
    return found;
  };

  scope.post(
    '/enrolment-tokens/:token/revoke-devices',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Revoke a token, and all devices that have enrolled with it, at once and for good',
        params: tokenParams,
        response: {
          200: z.object({
            token: enrolmentToken,
            devices: z.int().describe('That have enrolled with it; all of them are revoked now'),
          }),
          404: problem,
        },
      },
    },
    async request => {
      const { token: id } = request.params;
      return operators.audited(operatorOf(request), 'enrolment-token.revoke-devices', id, async () => {
        const token = await revoke(id);
        const devices = await enrolmentTokens.users(id);
        await deviceRegistry.revokeAll(devices);
        return { token: describe(token), devices: devices.length };
      });
    },
  );

  scope.post(
    '/enrolment-tokens/:token/revoke',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Let no more devices enrol with a token',
        params: tokenParams,
        response: { 200: z.object({ token: enrolmentToken }), 404: problem },
      },
    },
    async request => {
      const { token: id } = request.params;
      const revoked = await operators.audited(operatorOf(request), 'enrolment-token.revoke', id, () =>
        revoke(id),
      );
      return { token: describe(revoked) };
    },
  );
}
