import { includes, type Role } from '@murmuration/api/role';
import type { Session as SessionMessage } from '@murmuration/api/session';
import { type ReadonlySignal, signal } from '@preact/signals';
import { asRefusal, type Refusal } from '../requests/refusal.ts';
import { Requests } from '../requests/requests.ts';

/** Who is signed in; what they may do follows from their role. */
export class Session {
  /** null: nobody; undefined: not known yet. */
  readonly #who = signal<SessionMessage | null | undefined>(undefined);
  readonly #refusal = signal<Refusal | null>(null);
  readonly requests: Requests;

  constructor() {
    this.requests = new Requests(() => this.ended());
  }

  get who(): ReadonlySignal<SessionMessage | null | undefined> {
    return this.#who;
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
      this.#who.value = await this.requests.get<SessionMessage>('session');
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal.status !== 401) this.#refusal.value = refusal;
    }
  }

  async signIn(token: string): Promise<void> {
    this.#refusal.value = null;
    try {
      this.#who.value = await this.requests.send<SessionMessage>('POST', 'session', { token });
    } catch (error) {
      this.#refusal.value = asRefusal(error);
    }
  }

  /** Ends the session, here and at the coordinator. */
  async signOut(): Promise<void> {
    await this.requests.send('DELETE', 'session').catch(() => {});
    this.ended();
  }

  /** The session counts no more. */
  ended(): void {
    this.#who.value = null;
  }
}
