import type { Role } from '@murmuration/api/role';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Operator, Operators } from '@murmuration/rounds/operators/operators';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { App } from '../../app.ts';
import { authenticateRequest } from '../../authentication.ts';
import type { AuthenticatedOperator, OperatorAuthenticator } from '../../operator-authenticator.ts';
import { problem } from '../../problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Minimum role for a route of the admin API. */
    readonly least?: Role;
  }
  interface FastifyRequest {
    /** Operator of a request of the admin API. */
    entrant: AuthenticatedOperator | null;
  }
}

/** Path prefix of the admin API. */
export const adminPrefix = '/v1/admin';

/**
 * Registers routes of the admin API. Each request first needs an operator's token whose role suffices for the
 * route; a route without a role can't be registered.
 */
export async function adminScope(
  app: App,
  operators: Operators,
  authenticator: OperatorAuthenticator,
  routes: (scope: App) => void,
): Promise<void> {
  app.decorateRequest('entrant', null);
  await app.register(
    async plain => {
      const scope = plain.withTypeProvider<ZodTypeProvider>();
      scope.addHook('onRoute', route => {
        const least = route.config?.least;
        if (least === undefined) throw new Error(`The route ${route.url} names no role.`);
        const response = route.schema?.response as object | undefined;
        route.schema = {
          ...route.schema,
          description: `Least role: ${least}.`,
          tags: ['admin'],
          security: [{ operatorToken: [] }, { session: [] }],
          response: { ...response, 401: problem, 403: problem },
        };
      });
      scope.addHook('onRequest', async (request, reply) => {
        request.entrant = await authenticateRequest(
          authenticator,
          request,
          reply,
          !isReading.has(request.method),
        );
        operators.require(request.entrant.operator, request.routeOptions.config.least!);
      });
      routes(scope);
    },
    { prefix: adminPrefix },
  );
}

const isReading: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Returns the operator of a request, and the end of the session. */
export function authenticatedOperatorOf({ entrant }: FastifyRequest): AuthenticatedOperator {
  if (!entrant) throw new MurmurationError('operator.unauthenticated');
  return entrant;
}

/** Returns the operator of a request. */
export function operatorOf(request: FastifyRequest): Operator {
  return authenticatedOperatorOf(request).operator;
}
