import type { Operators } from '@murmuration/rounds/operators/operators';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedOperator, OperatorAuthenticator } from './operator-authenticator.ts';
import { problem } from './problem.ts';

/** Lets an operator in, or says how to ask. `changes`: whether more than reading is asked for. Throws as the authenticator does. */
export async function authenticateRequest(
  authenticator: OperatorAuthenticator,
  request: FastifyRequest,
  reply: FastifyReply,
  changes: boolean,
): Promise<AuthenticatedOperator> {
  // What an operator reads is for no cache.
  reply.header('cache-control', 'no-store');
  return authenticator.enter(request.raw, changes).catch(error => {
    if (error.code === 'operator.unauthenticated') reply.header('www-authenticate', 'Bearer');
    throw error;
  });
}

/** A route's hook that lets operators alone in, whatever their role, from when there is any. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export function guardBy(authenticator: OperatorAuthenticator, operators: Pick<Operators, 'anyValid'>): Guard {
  let isGuarded = false;
  return async (request, reply) => {
    // Whoever made a token once keeps these routes, also when all of them have expired.
    isGuarded ||= await operators.anyValid();
    if (isGuarded) await authenticateRequest(authenticator, request, reply, false);
  };
}

/** One after the other: each has to let a request in. */
export const inTurn =
  (...guards: readonly (Guard | undefined)[]): Guard =>
  async (request, reply) => {
    for (const guard of guards) await guard?.(request, reply);
  };

/** What the description of a guarded route says besides. */
export const guarded = {
  description: 'Where the coordinator has operator tokens, one of any role is needed.',
  security: [{ operatorToken: [] }, { session: [] }],
};

/** Its answer to whoever is none. */
export const unauthenticated = { 401: problem };
