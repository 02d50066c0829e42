import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** Ends what takes too long: with one timer for all, since there may be many and hardly any does. */
export class Stalls<Key extends object> {
  readonly #clock: Clock;
  /** ms that each may take. */
  readonly #most: number;
  /** Whoever began first stands first. */
  readonly #begun = new Map<Key, { readonly at: number; readonly end: () => void }>();
  #timer: Cancel | undefined;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Calls `end` unless `over` is called in time; of a key that was there the time begins anew. */
  begin(key: Key, end: () => void): void {
    this.#begun.delete(key);
    this.#begun.set(key, { at: this.#clock.now(), end });
    this.#arm();
  }

  over(key: Key): void {
    this.#begun.delete(key);
  }

  close(): void {
    this.#timer?.();
    this.#timer = undefined;
    this.#begun.clear();
  }

  #arm(): void {
    if (this.#timer) return;
    const [first] = this.#begun.values();
    if (!first) return;
    this.#timer = this.#clock.at(first.at + this.#most, () => {
      this.#timer = undefined;
      const now = this.#clock.now();
      for (const [key, { at, end }] of this.#begun) {
        if (at + this.#most > now) break;
        this.#begun.delete(key);
        end();
      }
      this.#arm();
    });
  }
}
