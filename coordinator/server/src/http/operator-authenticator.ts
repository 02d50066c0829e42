import type { IncomingMessage } from 'node:http';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { isSecure, type TrustedProxies } from '@murmuration/rounds/limits/address';
import type { Operator, Operators } from '@murmuration/rounds/operators/operators';
import { type OpenedSession, type Sessions, sessionLasts } from '@murmuration/rounds/operators/sessions';
import { parseCookie, stringifySetCookie } from 'cookie';
import { bearer } from './bearer.ts';

/** Operator of a request, and the end of the session; null with a token, which is checked each time. */
export interface AuthenticatedOperator {
  readonly operator: Operator;
  readonly expiresAt: number | null;
}

/**
 * Name prefix that, under TLS, keeps other origins and pages without TLS from setting the cookie (RFC
 * 6265bis, §4.1.3).
 */
const secureName = '__Host-murmuration';
const plainName = 'murmuration';

/**
 * Authenticator of operators: programs by the token in `Authorization`, pages by a session cookie. Browsers
 * attach cookies to requests from any page, so a request with a cookie that changes anything must come from a
 * page of this origin.
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

  /**
   * Authenticates a request. `changes`: true for requests that do more than read. Throws
   * `operator.unauthenticated`, or `operator.cross-site`.
   */
  async enter(request: IncomingMessage, changes: boolean): Promise<AuthenticatedOperator> {
    const { authorization } = request.headers;
    if (authorization !== undefined)
      return { operator: await this.#operators.authenticate(bearer(authorization)), expiresAt: null };
    const session = await this.sessions.find(this.secretOf(request));
    if (changes) this.requireSameOrigin(request);
    return session;
  }

  /** Throws `operator.cross-site` unless the browser says that a page of this origin sent the request. */
  requireSameOrigin({ headers, socket }: IncomingMessage): void {
    const { origin } = headers;
    const forwarded = this.#isBehindProxy(socket) ? headers['x-forwarded-host'] : undefined;
    const host = origin !== undefined && URL.canParse(origin) ? new URL(origin).host : undefined;
    if (host === undefined || (host !== headers.host && host !== forwarded))
      throw new MurmurationError('operator.cross-site');
  }

  /** Returns the session secret of a request, or an empty text, which matches no session. */
  secretOf(request: IncomingMessage): string {
    const { cookie } = request.headers;
    return (cookie && parseCookie(cookie)[isSecure(request, this.#trusted) ? secureName : plainName]) || '';
  }

  /** Returns the header that gives a browser its session, or with null removes it. */
  cookieFor(request: IncomingMessage, session: (OpenedSession & { readonly secret: string }) | null): string {
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
