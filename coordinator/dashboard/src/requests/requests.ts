import { refusalOf, unreachable } from './refusal.ts';

/** Client of the admin API, with the cookie of the session. */
export class Requests {
  readonly #signedOut: () => void;

  /** @param signedOut called when the session is no longer valid. */
  constructor(signedOut: () => void) {
    this.#signedOut = signedOut;
  }

  get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    return this.#ask(path, { ...(signal && { signal }) });
  }

  /** Requests a change. */
  send<Answer>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown = {}): Promise<Answer> {
    return this.#ask(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #ask<Answer>(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`/v1/admin/${path}`, { ...init, credentials: 'same-origin' }).catch(
      error => {
        throw init.signal?.aborted ? error : unreachable();
      },
    );
    if (response.ok) return response.status === 204 ? (undefined as Answer) : response.json();
    if (response.status === 401) this.#signedOut();
    throw await refusalOf(response);
  }
}
