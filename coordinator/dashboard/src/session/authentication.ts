import { includes, type Role } from '@murmuration/api/role';
import type { OperatorSession } from '@murmuration/api/session';
import { type ReadonlySignal, signal } from '@preact/signals';
import { type ApiRefusal, asRefusal } from '../requests/refusal.ts';
import { Requests } from '../requests/requests.ts';

/** Session of the signed-in operator, with the rights of their role. */
export class Authentication {
  /** Session; null if signed out, undefined if not known yet. */
  readonly #who = signal<OperatorSession | null | undefined>(undefined);
  readonly #refusal = signal<ApiRefusal | null>(null);
  readonly #hasEnded = signal(false);
  readonly requests: Requests;

  constructor() {
    this.requests = new Requests(() => this.ended());
  }

  get who(): ReadonlySignal<OperatorSession | null | undefined> {
    return this.#who;
  }

  /** True if the operator's session has ended; they may sign in again on the same page. */
  get hasEnded(): ReadonlySignal<boolean> {
    return this.#hasEnded;
  }

  /** Error of the last attempt to sign in or to open the session. */
  get refusal(): ReadonlySignal<ApiRefusal | null> {
    return this.#refusal;
  }

  /** True if the operator's role includes `least`. */
  may(least: Role): boolean {
    const who = this.#who.value;
    return who ? includes(who.role, least) : false;
  }

  /** Resumes the session of the browser, if there is one. */
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

  /** Checks the session; ignores other errors. */
  async check(): Promise<void> {
    await this.requests.get('session').catch(() => {});
  }

  /** Ends the session, here and at the coordinator. */
  async signOut(): Promise<void> {
    await this.requests.send('DELETE', 'session').catch(() => {});
    this.leave();
  }

  /** Returns to the sign-in page. */
  leave(): void {
    this.#who.value = null;
    this.#hasEnded.value = false;
  }

  /** Marks the session as ended. */
  ended(): void {
    if (this.#who.peek()) this.#hasEnded.value = true;
    else this.#who.value = null;
  }
}
