type Listener = ((event: AbortEvent) => void) | { handleEvent(event: AbortEvent): void };

interface AbortEvent {
  readonly type: 'abort';
  readonly target: PhoneAbortSignal;
}

/**
 * `AbortSignal` (DOM §3.2), as far as commonly used: React Native's lacks
 * `reason`, `any` and `throwIfAborted`.
 */
export class PhoneAbortSignal {
  aborted = false;
  reason: unknown = undefined;
  onabort: Listener | null = null;
  /** Listeners; the option `once` makes no difference here. */
  readonly #listeners = new Set<Listener>();

  addEventListener(type: string, listener: Listener | null): void {
    if (type === 'abort' && listener && !this.aborted) this.#listeners.add(listener);
  }

  removeEventListener(type: string, listener: Listener | null): void {
    if (type === 'abort' && listener) this.#listeners.delete(listener);
  }

  dispatchEvent(): boolean {
    return true;
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  /** Aborts the signal, once; called by its controller. */
  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason === undefined ? aborted() : reason;
    const event: AbortEvent = { type: 'abort', target: this };
    const listeners = [...(this.onabort ? [this.onabort] : []), ...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) {
      try {
        if (typeof listener === 'function') listener.call(this, event);
        else listener.handleEvent(event);
      } catch (error) {
        // The other listeners are called all the same, and the app gets the error.
        void Promise.reject(error);
      }
    }
  }

  static abort(reason?: unknown): PhoneAbortSignal {
    const signal = new PhoneAbortSignal();
    signal.abort(reason);
    return signal;
  }

  /** Returns a signal that aborts with the first of these, for its reason. */
  static any(signals: Iterable<PhoneAbortSignal>): PhoneAbortSignal {
    const all = [...signals];
    const either = new PhoneAbortSignal();
    const over = all.find(({ aborted }) => aborted);
    if (over) {
      either.abort(over.reason);
      return either;
    }
    const hear = ({ target }: AbortEvent) => {
      for (const signal of all) signal.removeEventListener('abort', hear);
      either.abort(target.reason);
    };
    for (const signal of all) signal.addEventListener('abort', hear);
    return either;
  }
}

/** `AbortController` (DOM §3.1). */
export class Controller {
  readonly signal = new PhoneAbortSignal();

  abort(reason?: unknown): void {
    this.signal.abort(reason);
  }
}

function aborted(): Error {
  const error = new Error('The operation was aborted.');
  error.name = 'AbortError';
  return error;
}
