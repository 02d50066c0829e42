import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Rates } from '@murmuration/protocol/time/rates';
import { anybody, type Holder } from './holder.ts';
import { isLoopback } from './loopback.ts';
import { type InferenceToken, type Right, tokenOf } from './tokens.ts';

export type { Right } from './tokens.ts';

/** Credentials of a request, whatever protocol carries it. */
export interface Credentials {
  /** `Bearer TOKEN`. */
  readonly authorization?: string | undefined;
  /** Host that the client meant to reach, with or without a port. */
  readonly host?: string | undefined;
  /** True if it comes for another party: a proxy passes it on, or a page from another machine sends it. */
  readonly isForeign: boolean;
  /** True if the port accepts connections only from this machine. */
  readonly isLocal: boolean;
}

interface Held {
  readonly token: InferenceToken;
  readonly digest: Uint8Array;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /**
   * Rate limits that must all have room for a request. The quota is last, so a refused request takes nothing
   * of it.
   */
  readonly bounds: readonly Rates[];
}

/** Rights of programs on this machine while there is no token. */
const openRights: readonly Right[] = ['predict', 'feedback'];

/**
 * Decides which requests are let in. Without any token, programs on this machine may predict and give
 * feedback if the server listens only on loopback and is not meant to be reached by others; everything else
 * always needs a token.
 */
export class Access {
  readonly #listed: readonly InferenceToken[];
  #tokens: ReadonlyMap<string, Held>;
  /** True if a request without a token may be let in. */
  #isOpen: boolean;
  readonly #primitives: Pick<Primitives, 'sha256'>;
  readonly #clock: Clock;

  constructor(
    tokens: readonly InferenceToken[],
    {
      primitives,
      clock,
      isReached = false,
    }: {
      readonly primitives: Pick<Primitives, 'sha256'>;
      readonly clock: Clock;
      /** True if other machines are meant to ask: a token is always required. */
      readonly isReached?: boolean;
    },
  ) {
    this.#primitives = primitives;
    this.#clock = clock;
    this.#listed = tokens;
    this.#tokens = new Map(tokens.map(token => [token.id, this.#held(token)]));
    this.#isOpen = tokens.length === 0 && !isReached;
  }

  /**
   * Replaces the tokens given here before by these, beside those of the constructor; a token that stays keeps
   * its usage. With `isClosed`, no request is let in without a token from now on.
   */
  alsoHold(tokens: readonly InferenceToken[], isClosed: boolean): void {
    const before = this.#tokens;
    const all = [...tokens, ...this.#listed];
    this.#tokens = new Map(all.map(token => [token.id, before.get(token.id) ?? this.#held(token)]));
    this.#isOpen &&= all.length === 0 && !isClosed;
  }

  /** Rights of a program on this machine without a token; empty if a token is required. */
  get open(): readonly Right[] {
    return this.#isOpen ? openRights : [];
  }

  #held(token: InferenceToken): Held {
    return {
      token,
      digest: Buffer.from(token.sha256, 'hex'),
      expiresAt: token.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(token.expiresAt),
      bounds: [token.rate, token.quota && asRate(token.quota)]
        .filter(rate => rate !== null)
        .map(rate => new Rates(rate, this.#clock)),
    };
  }

  /**
   * Returns the holder that a request with one of the rights is let in as. Models are checked later, once the
   * request names one. Throws `inference.unauthenticated`, `inference.forbidden`, and `request.too-often` if
   * the token exceeds its rate or quota.
   */
  admit({ authorization, host, isForeign, isLocal }: Credentials, ...rights: readonly Right[]): Holder {
    if (this.#isOpen && rights.some(right => openRights.includes(right)) && isLocal) {
      // A proxy, or a page whose host name resolves to this machine, would open it to others.
      if (!isForeign && host !== undefined && isLoopback(hostnameOf(host))) return anybody;
      throw new MurmurationError(
        'inference.unauthenticated',
        'Without inference tokens, only programs on this machine may ask, by the name localhost or 127.0.0.1. List a token in the configuration: murmuration tokens create --kind inference --for-config makes one.',
      );
    }
    const held = this.#tokenIn(authorization);
    if (!held || this.#hasExpired(held))
      throw new MurmurationError(
        'inference.unauthenticated',
        'The inference token is missing, unknown or expired; `murmuration tokens create --kind inference --for-config` makes one.',
      );
    if (!rights.some(right => held.token.rights.includes(right)))
      throw new MurmurationError(
        'inference.forbidden',
        `This needs the right ${rights.join(' or ')}; the token has ${held.token.rights.join(', ')}.`,
      );
    for (const bound of held.bounds) {
      const wait = bound.take('');
      if (wait > 0) throw new MurmurationError('request.too-often', undefined, { after: wait });
    }
    return held.token;
  }

  /**
   * Returns the holder of a token that has the right, without counting against its bounds; undefined if there
   * is none.
   */
  shown(authorization: string | undefined, right: Right): Holder | undefined {
    const held = this.#tokenIn(authorization);
    if (held === undefined || this.#hasExpired(held) || !held.token.rights.includes(right)) return undefined;
    return held.token;
  }

  #tokenIn(authorization: string | undefined): Held | undefined {
    const text = authorization?.startsWith('Bearer ') ? authorization.slice(7) : '';
    return tokenOf(text, this.#tokens, this.#primitives);
  }

  #hasExpired({ expiresAt }: Held): boolean {
    return this.#clock.now() >= expiresAt;
  }
}

function asRate({ requests, hours }: NonNullable<InferenceToken['quota']>) {
  return { burst: requests, perSecond: requests / (hours * 3_600) };
}

/** Returns the name or address in a `Host` header. */
function hostnameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/, '');
}
