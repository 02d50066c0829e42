import { base64url, hex, utf8 } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Operator, Operators } from './operators.ts';
import type { SessionStore } from './session-store.ts';

/** ms for which a session lasts. */
export const sessionLasts = 12 * 3_600_000;
/** Most concurrent sessions of one token, and of all; a new one ends the oldest. */
const mostOfToken = 32;
const mostSessions = 1_000;

/** Session of an operator. */
export interface OpenedSession {
  readonly operator: Operator;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** Sessions of operators in browsers. */
export class Sessions {
  readonly #operators: Operators;
  readonly #ports: { readonly primitives: Primitives; readonly clock: Clock; readonly random: RandomBytes };
  readonly #ended: () => void;
  readonly #store: SessionStore;

  /** Takes `ended`, called when a session ends before it expires. */
  constructor(
    operators: Operators,
    store: SessionStore,
    ports: { readonly primitives: Primitives; readonly clock: Clock; readonly random: RandomBytes },
    ended: () => void = () => {},
  ) {
    this.#ended = ended;
    this.#operators = operators;
    this.#store = store;
    this.#ports = ports;
  }

  /**
   * Opens a session with an operator token; its secret has 256 random bits. Throws
   * `operator.unauthenticated`.
   */
  async open(text: string): Promise<OpenedSession & { readonly secret: string }> {
    const operator = await this.#operators.authenticate(text);
    const secret = base64url(this.#ports.random(32));
    const openedAt = this.#ports.clock.now();
    const expiresAt = openedAt + sessionLasts;
    await this.#makeRoom(operator.id, openedAt);
    await this.#store.add({ digest: this.#digestOf(secret), token: operator.id, openedAt, expiresAt });
    return { operator, expiresAt, secret };
  }

  /** Returns the session of a secret while its token is valid. Throws `operator.unauthenticated`. */
  async find(secret: string): Promise<OpenedSession> {
    const session = await this.#store.get(this.#digestOf(secret));
    if (!session) throw new MurmurationError('operator.unauthenticated');
    const operator =
      this.#ports.clock.now() < session.expiresAt ? await this.#operators.find(session.token) : undefined;
    if (operator) return { operator, expiresAt: session.expiresAt };
    await this.#store.remove(session.digest);
    throw new MurmurationError('operator.unauthenticated');
  }

  /** Ends a session; an unknown secret is ignored. */
  close(secret: string): Promise<void> {
    return this.#end(this.#digestOf(secret));
  }

  async #makeRoom(token: string, now: number): Promise<void> {
    await this.#store.expire(now);
    const all = await this.#store.all();
    const mine = all.filter(session => session.token === token);
    const oldest = mine.length >= mostOfToken ? mine[0] : all.length >= mostSessions ? all[0] : undefined;
    if (oldest) await this.#end(oldest.digest);
  }

  async #end(digest: string): Promise<void> {
    if (await this.#store.remove(digest)) this.#ended();
  }

  #digestOf(secret: string): string {
    return hex(this.#ports.primitives.sha256(utf8(secret)));
  }
}
