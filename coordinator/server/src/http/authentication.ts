import type { Operators } from '@murmuration/rounds/operators/operators';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatedOperator, OperatorAuthenticator } from './operator-authenticator.ts';
import { problem } from './problem.ts';

/**
 * Authenticates an operator, or tells the client how to authenticate. `changes`: true for requests that do
 * more than read. Throws the errors of the authenticator.
 */
export async function authenticateRequest(
  authenticator: OperatorAuthenticator,
  request: FastifyRequest,
  reply: FastifyReply,
  changes: boolean,
): Promise<AuthenticatedOperator> {
  // Caches must not keep what an operator reads.
  reply.header('cache-control', 'no-store');
  return authenticator.enter(request.raw, changes).catch(error => {
    if (error.code === 'operator.unauthenticated') reply.header('www-authenticate', 'Bearer');
    throw error;
  });
}

/** Hook of a route that, once any operator token exists, admits only operators of any role. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export function guardBy(authenticator: OperatorAuthenticator, operators: Pick<Operators, 'anyValid'>): Guard {
  let isGuarded = false;
  return async (request, reply) => {
    // Routes stay guarded after the first token, even when all tokens have expired.
    isGuarded ||= await operators.anyValid();
    if (isGuarded) await authenticateRequest(authenticator, request, reply, false);
  };
}

/** Combines guards into one that runs them in order; each must admit the request. */
export const inTurn =
  (...guards: readonly (Guard | undefined)[]): Guard =>
  async (request, reply) => {
    for (const guard of guards) await guard?.(request, reply);
  };

/** Addition to the description of a guarded route. */
export const guarded = {
  description: 'Where the coordinator has operator tokens, one of any role is needed.',
  security: [{ operatorToken: [] }, { session: [] }],
};

/** Answer of a guarded route to unauthenticated requests. */
export const unauthenticated = { 401: problem };
