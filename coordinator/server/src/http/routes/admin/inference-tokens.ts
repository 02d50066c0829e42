import { type InferenceTokenMessage, inferenceToken, inferenceTokenTerms } from '@murmuration/api/token';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { iso, isoOrNull } from '@murmuration/protocol/time/iso';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { StoredInferenceToken } from '@murmuration/rounds/tokens/inference-token';
import { label } from '@murmuration/rounds/tokens/label';
import * as z from 'zod';
import type { InferenceTokens } from '../../../inference/inference-tokens.ts';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { expiresAt, next, nextOf, page, pageOf, timeOf, tokenParams } from './schemas.ts';
import { operatorOf } from './scope.ts';

/** Adds the routes of the tokens with which programs call the inference server. */
export function inferenceTokenRoutes(scope: App, operators: Operators, tokens: InferenceTokens): void {
  const describe = (token: StoredInferenceToken): InferenceTokenMessage => {
    const { id, name, rights, models, rate, quota } = token;
    return {
      id,
      name,
      rights: [...rights],
      models,
      rate,
      quota,
      state: tokens.stateOf(token),
      createdAt: iso(token.createdAt),
      expiresAt: isoOrNull(token.expiresAt),
      revokedAt: isoOrNull(token.revokedAt),
    };
  };

  scope.get(
    '/inference-tokens',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Inference tokens, newest first; those of the configuration are not among them',
        querystring: page,
        response: { 200: z.object({ tokens: z.array(inferenceToken), next }) },
      },
    },
    async ({ query }) => {
      const asked = pageOf(query);
      const found = await tokens.list(asked);
      return {
        tokens: found.map(describe),
        next: nextOf(found, asked, ({ createdAt: time, id }) => ({ time, id })),
      };
    },
  );

  scope.post(
    '/inference-tokens',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Make an inference token; `text` is shown only once',
        body: z.strictObject({ name: label, ...inferenceTokenTerms, expiresAt }),
        response: { 201: z.object({ token: inferenceToken, text: z.string() }), 400: problem, 429: problem },
      },
    },
    async (request, reply) => {
      const { expiresAt: end, ...terms } = request.body;
      const made = await operators.audited(
        operatorOf(request),
        'inference-token.create',
        ({ token: { id } }) => id,
        () => tokens.create({ ...terms, expiresAt: timeOf(end) }),
      );
      return reply.status(201).send({ token: describe(made.token), text: made.text });
    },
  );

  scope.post(
    '/inference-tokens/:token/revoke',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Let nobody use a token any more, from the next request on',
        params: tokenParams,
        response: { 200: z.object({ token: inferenceToken }), 404: problem },
      },
    },
    async request => {
      const { token: id } = request.params;
      const revoked = await operators.audited(operatorOf(request), 'inference-token.revoke', id, async () => {
        const found = await tokens.revoke(id);
        if (!found)
          throw new MurmurationError(
            'request.not-found',
            'There is no inference token of this id; one of the configuration is taken out there.',
          );
        return found;
      });
      return { token: describe(revoked) };
    },
  );
}
