import { session, signIn } from '@murmuration/api/session';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import { Rates } from '@murmuration/protocol/time/rates';
import { originOf, type TrustedProxies } from '@murmuration/rounds/limits/address';
import * as z from 'zod';
import type { App } from '../../app.ts';
import type { AuthenticatedOperator, OperatorAuthenticator } from '../../operator-authenticator.ts';
import { problem } from '../../problem.ts';
import { adminPrefix, authenticatedOperatorOf } from './scope.ts';

/** Attempts of one address to sign in: enough for a person, not for a guesser. */
const attempts = { burst: 20, perSecond: 0.2 };

export interface SignInBounds {
  readonly clock: Clock;
  readonly trustedProxies: TrustedProxies;
}

/** Adds the sign-in, the only route of the admin API that needs no session. */
export function signInRoute(
  app: App,
  authenticator: OperatorAuthenticator,
  { clock, trustedProxies }: SignInBounds,
): void {
  const rates = new Rates(attempts, clock);
  app.post(
    `${adminPrefix}/session`,
    {
      schema: {
        summary: 'Sign in with an operator token; the answer sets the cookie of the session',
        tags: ['admin'],
        body: signIn,
        response: { 201: session, 401: problem, 403: problem, 429: problem },
      },
      bodyLimit: 1_024,
    },
    async ({ raw, body }, reply) => {
      reply.header('cache-control', 'no-store');
      // Another site must not sign a user in: the user would then work in that site's account.
      if (raw.headers.origin !== undefined) authenticator.requireSameOrigin(raw);
      const wait = rates.take(originOf(raw, trustedProxies));
      if (wait > 0) throw new MurmurationError('request.too-often', undefined, { after: wait });
      const opened = await authenticator.sessions.open(body.token);
      await authenticator.sessions.close(authenticator.secretOf(raw));
      return reply
        .status(201)
        .header('set-cookie', authenticator.cookieFor(raw, opened))
        .send(describe(opened));
    },
  );
}

/** Adds the routes that show the current operator and sign out. */
export function sessionRoutes(scope: App, authenticator: OperatorAuthenticator): void {
  scope.get(
    '/session',
    {
      config: { least: 'viewer' },
      schema: { summary: 'Who is signed in, or whose token this is', response: { 200: session } },
    },
    request => describe(authenticatedOperatorOf(request)),
  );

  scope.delete(
    '/session',
    {
      config: { least: 'viewer' },
      schema: { summary: 'Sign out', response: { 204: z.null() } },
    },
    async ({ raw }, reply) => {
      await authenticator.sessions.close(authenticator.secretOf(raw));
      return reply.status(204).header('set-cookie', authenticator.cookieFor(raw, null)).send(null);
    },
  );
}

function describe({
  operator: { id, name, role },
  expiresAt,
}: AuthenticatedOperator): z.input<typeof session> {
  return { id, name, role, expiresAt: isoOrNull(expiresAt) };
}
