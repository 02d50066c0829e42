/** Whoever waits for an abort. */
interface Listener {
  handleEvent(): void;
}

/** What tells that nobody waits for an answer any more: an `AbortSignal`, or what is lighter and has its form. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: Listener): void;
  removeEventListener(type: 'abort', listener: Listener): void;
}

/** One for one listener: an `AbortController` for every request costs as much as a small model. */
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
