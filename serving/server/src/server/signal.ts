/** Listener for an abort. */
interface Listener {
  handleEvent(): void;
}

/** Signal that an answer is no longer waited for: an `AbortSignal`, or a lighter object of the same form. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: Listener): void;
  removeEventListener(type: 'abort', listener: Listener): void;
}

/** Signal for one listener: an `AbortController` per request costs as much as a small model. */
export class OneSignal implements Signal {
  #listener: Listener | undefined;
  aborted = false;
  reason: unknown;

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#listener?.handleEvent();
  }

  addEventListener(_: 'abort', listener: Listener): void {
    if (this.#listener) throw new RangeError('It has a listener already.');
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }
}
