import type { IncomingMessage } from 'node:http';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { isSecure, type TrustedProxies } from '@murmuration/rounds/limits/address';
import type { Operator, Operators } from '@murmuration/rounds/operators/operators';
import { type OperatorSession, type Sessions, sessionLasts } from '@murmuration/rounds/operators/sessions';
import { parseCookie, stringifySetCookie } from 'cookie';
import { bearer } from './bearer.ts';

/** Who makes a request, and until when: null with a token, which is looked at each time. */
export interface AuthenticatedOperator {
  readonly operator: Operator;
  readonly expiresAt: number | null;
}

/** Under TLS no other origin, nor a page without it, can set a cookie of this name (RFC 6265bis, §4.1.3). */
const secureName = '__Host-murmuration';
const plainName = 'murmuration';

/**
 * Lets operators in: programs by the token in `Authorization`, pages by the cookie of a session. A cookie comes with whatever makes a
 * browser ask, so that a request with one has to come from a page of this origin if it changes anything.
 */
export class OperatorAuthenticator {
  readonly sessions: Sessions;
  readonly #operators: Operators;
  readonly #trusted: TrustedProxies;

  constructor(operators: Operators, sessions: Sessions, trusted: TrustedProxies) {
    this.#operators = operators;
    this.sessions = sessions;
    this.#trusted = trusted;
  }

  /** `changes`: whether more than reading is asked for. Throws `operator.unauthenticated`, or `operator.cross-site`. */
  async enter(request: IncomingMessage, changes: boolean): Promise<AuthenticatedOperator> {
    const { authorization } = request.headers;
    if (authorization !== undefined)
      return { operator: await this.#operators.authenticate(bearer(authorization)), expiresAt: null };
    const session = await this.sessions.find(this.secretOf(request));
    if (changes) this.requireSameOrigin(request);
    return session;
  }

  /** Throws `operator.cross-site` unless a page of this origin asks, as its browser says. */
  requireSameOrigin({ headers, socket }: IncomingMessage): void {
    const { origin } = headers;
    const forwarded = this.#isBehindProxy(socket) ? headers['x-forwarded-host'] : undefined;
    const host = origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined;
    if (host === undefined || (host !== headers.host && host !== forwarded))
      throw new MurmurationError('operator.cross-site');
  }

  /** The secret of a request's session; empty where it has none, which fits nobody. */
  secretOf(request: IncomingMessage): string {
    const { cookie } = request.headers;
    return (cookie && parseCookie(cookie)[isSecure(request, this.#trusted) ? secureName : plainName]) || '';
  }

  /** The header that gives a browser its session, or with null takes it away. */
  cookieFor(
    request: IncomingMessage,
    session: (OperatorSession & { readonly secret: string }) | null,
  ): string {
    const byTls = isSecure(request, this.#trusted);
    return stringifySetCookie({
      name: byTls ? secureName : plainName,
      value: session?.secret ?? '',
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: byTls,
      maxAge: session ? sessionLasts / 1_000 : 0,
    });
  }

  #isBehindProxy({ remoteAddress }: IncomingMessage['socket']): boolean {
    return this.#trusted(remoteAddress ?? '', 0);
  }
}
