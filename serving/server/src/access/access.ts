import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Rates } from '@murmuration/protocol/time/rates';
import { anybody, type Holder } from './holder.ts';
import { isLoopback } from './loopback.ts';
import { type InferenceToken, type Right, tokenOf } from './tokens.ts';

export type { Right } from './tokens.ts';

/** What tells who asks, whatever protocol carries it. */
export interface Credentials {
  /** `Bearer TOKEN`. */
  readonly authorization?: string | undefined;
  /** The host that the client meant to reach, with or without a port. */
  readonly host?: string | undefined;
  /** Whether it comes for somebody else: a proxy passes it on, or a page of another machine sends it. */
  readonly isForeign: boolean;
  /** Whether what heard it is heard on this machine alone. */
  readonly isLocal: boolean;
}

interface Held {
  readonly token: InferenceToken;
  readonly digest: Uint8Array;
  /** ms since 1970. */
  readonly expiresAt: number;
  /** Each has to have room for a request; the quota comes last, so that a refused request takes nothing of it. */
  readonly bounds: readonly Rates[];
}

/** What programs on this machine may do while there is no token. */
const openRights: readonly Right[] = ['predict', 'feedback'];

/**
 * Who may ask what. Without any token, whoever is on this machine may predict and give feedback, where nobody else is heard or is meant to be; all
 * else needs a token in any case.
 */
export class Access {
  readonly #listed: readonly InferenceToken[];
  #tokens: ReadonlyMap<string, Held>;
  /** Whether somebody without a token may be let in. */
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
      /** Others than programs on this machine are meant to ask: a token is always wanted. */
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
   * Lets these in beside those that it was made with, and no longer those that were given here before; how much was used of one that stays
   * is remembered. `isClosed`: from now on nobody is let in without a token.
   */
  alsoHold(tokens: readonly InferenceToken[], isClosed: boolean): void {
    const before = this.#tokens;
    const all = [...tokens, ...this.#listed];
    this.#tokens = new Map(all.map(token => [token.id, before.get(token.id) ?? this.#held(token)]));
    this.#isOpen &&= all.length === 0 && !isClosed;
  }

  /** What whoever is on this machine may do without a token, where nobody else is heard. */
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
   * Returns as whom a request is let in that has one of the rights. Which models that is for is checked where the request says which one it asks. Throws `inference.unauthenticated`, `inference.forbidden`, and `request.too-often`
   * where the token is used more than it may be.
   */
  admit({ authorization, host, isForeign, isLocal }: Credentials, ...rights: readonly Right[]): Holder {
    if (this.#isOpen && rights.some(right => openRights.includes(right)) && isLocal) {
      // A page that lets its own name mean this machine, or a proxy, would open it to others.
      if (!isForeign && host !== undefined && isLoopback(hostnameOf(host))) return anybody;
      throw new MurmurationError(
        'inference.unauthenticated',
        'Without inference tokens, only programs on this machine may ask, by the name localhost or 127.0.0.1. List a token in the configuration: murmuration inference-token makes one.',
      );
    }
    const held = this.#tokenIn(authorization);
    if (!held || this.#hasExpired(held))
      throw new MurmurationError(
        'inference.unauthenticated',
        'The inference token is missing, unknown or expired; `murmuration inference-token` makes one.',
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

  /** Whose token with a right is shown, of whose bounds that takes nothing; undefined: nobody's. */
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

/** The name or address in a `Host` header. */
function hostnameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  return bracketed?.[1] ?? host.replace(/:\d*$/, '');
}
