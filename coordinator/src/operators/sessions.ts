import { base64url, hex, utf8 } from '@murmuration/protocol/bytes';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { Clock, RandomBytes } from '@murmuration/protocol/ports';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { Operator, Operators } from './operators.ts';

/** ms after which whoever looks at the dashboard signs in anew. */
export const sessionLasts = 12 * 3_600_000;
/** Sessions at the same time, of one token and of all; the oldest gives way. */
const mostOfToken = 32;
const mostSessions = 1_000;

/** An operator who has signed in. */
export interface Session {
  readonly operator: Operator;
  /** ms since 1970. */
  readonly expiresAt: number;
}

/** Who has signed in with a browser. In memory alone: a restart signs everybody out. */
export class Sessions {
  readonly #operators: Operators;
  readonly #primitives: Primitives;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #ended: () => void;
  /** By the SHA-256 of their secrets, the oldest first: whoever reads this memory can't sign in. */
  readonly #sessions = new Map<string, { readonly token: string; readonly expiresAt: number }>();

  /** `ended` is told when a session ends before its time. */
  constructor(
    operators: Operators,
    { primitives, clock, random }: { primitives: Primitives; clock: Clock; random: RandomBytes },
    ended: () => void = () => {},
  ) {
    this.#ended = ended;
    this.#operators = operators;
    this.#primitives = primitives;
    this.#clock = clock;
    this.#random = random;
  }

  /** Begins a session with an operator token; its secret has 256 random bits. Throws `operator.unauthenticated`. */
  async open(text: string): Promise<Session & { readonly secret: string }> {
    const operator = await this.#operators.authenticate(text);
    const secret = base64url(this.#random(32));
    const expiresAt = this.#clock.now() + sessionLasts;
    this.#makeRoom(operator.id);
    this.#sessions.set(this.#keyOf(secret), { token: operator.id, expiresAt });
    return { operator, expiresAt, secret };
  }

  /** The session of a secret, for as long as its token counts. Throws `operator.unauthenticated`. */
  async find(secret: string): Promise<Session> {
    const key = this.#keyOf(secret);
    const session = this.#sessions.get(key);
    if (!session) throw new MurmurationError('operator.unauthenticated');
    const operator =
      this.#clock.now() < session.expiresAt ? await this.#operators.find(session.token) : undefined;
    if (operator) return { operator, expiresAt: session.expiresAt };
    this.#sessions.delete(key);
    throw new MurmurationError('operator.unauthenticated');
  }

  /** Signs out; whoever is not signed in stays so. */
  close(secret: string): void {
    this.#end(this.#keyOf(secret));
  }

  #makeRoom(token: string): void {
    const now = this.#clock.now();
    for (const [key, { expiresAt }] of this.#sessions) if (expiresAt <= now) this.#sessions.delete(key);
    const mine = [...this.#sessions].filter(([, session]) => session.token === token);
    if (mine.length >= mostOfToken) this.#end(mine[0]![0]);
    if (this.#sessions.size >= mostSessions) this.#end(this.#sessions.keys().next().value!);
  }

  #end(key: string): void {
    if (this.#sessions.delete(key)) this.#ended();
  }

  #keyOf(secret: string): string {
    return hex(this.#primitives.sha256(utf8(secret)));
  }
}
