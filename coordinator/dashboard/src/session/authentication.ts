import { includes, type Role } from '@murmuration/api/role';
import type { OperatorSession } from '@murmuration/api/session';
import { type ReadonlySignal, signal } from '@preact/signals';
import { asRefusal, type Refusal } from '../requests/refusal.ts';
import { Requests } from '../requests/requests.ts';

/** Who is signed in; what they may do follows from their role. */
export class Authentication {
  /** null: nobody; undefined: not known yet. */
  readonly #who = signal<OperatorSession | null | undefined>(undefined);
  readonly #refusal = signal<Refusal | null>(null);
  readonly #hasEnded = signal(false);
  readonly requests: Requests;

  constructor() {
    this.requests = new Requests(() => this.ended());
  }

  get who(): ReadonlySignal<OperatorSession | null | undefined> {
    return this.#who;
  }

  /** Whether the session of whoever was signed in has ended: they may sign in again where they are. */
  get hasEnded(): ReadonlySignal<boolean> {
    return this.#hasEnded;
  }

  /** Why the last attempt to sign in failed, or why it is not known who is signed in. */
  get refusal(): ReadonlySignal<Refusal | null> {
    return this.#refusal;
  }

  /** Whether the operator's role includes `least`. */
  may(least: Role): boolean {
    const who = this.#who.value;
    return who ? includes(who.role, least) : false;
  }

  /** Goes on with the session that the browser has, where there is one. */
  async open(): Promise<void> {
    this.#refusal.value = null;
    try {
      this.#who.value = await this.requests.get<OperatorSession>('session');
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal.status !== 401) this.#refusal.value = refusal;
    }
  }

  async signIn(token: string): Promise<void> {
    this.#refusal.value = null;
    try {
      this.#who.value = await this.requests.send<OperatorSession>('POST', 'session', { token });
      this.#hasEnded.value = false;
    } catch (error) {
      this.#refusal.value = asRefusal(error);
    }
  }

  /** Asks whether the session is still there, and goes on where nobody can say. */
  async check(): Promise<void> {
    await this.requests.get('session').catch(() => {});
  }

  /** Ends the session, here and at the coordinator. */
  async signOut(): Promise<void> {
    await this.requests.send('DELETE', 'session').catch(() => {});
    this.leave();
  }

  /** Goes to where one signs in. */
  leave(): void {
    this.#who.value = null;
    this.#hasEnded.value = false;
  }

  /** The session is no longer valid. */
  ended(): void {
    if (this.#who.peek()) this.#hasEnded.value = true;
    else this.#who.value = null;
  }
}
