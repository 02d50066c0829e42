import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { AccuracyHour, AccuracyStore } from './accuracy-store.ts';

/** ms for which changes are gathered, and after which what could not be kept is tried again. */
const often = 2_000;
const retryAfter = 10_000;

interface KeptPorts {
  readonly store: AccuracyStore;
  readonly clock: Clock;
  readonly fault: (where: string, error: unknown) => void;
  /** Hours before this time are no longer wanted, ms since 1970. */
  readonly first: () => number;
  /** What is known of an hour now; undefined: nothing any more. */
  readonly of: (hour: Omit<AccuracyHour, 'sums'>) => AccuracyHour | undefined;
}

/** Writes hours that have changed to a store, a while later; a process that is killed loses no more than that while. */
export class KeptAccuracy {
  readonly #ports: KeptPorts;
  readonly #changed = new Map<string, Omit<AccuracyHour, 'sums'>>();
  /** False before what was kept is read: nothing is written over it. */
  #isRead = false;
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(ports: KeptPorts) {
    this.#ports = ports;
  }

  /** What was kept before; once. Rejects as the store does, and then nothing is written in this process's time. */
  async read(): Promise<readonly AccuracyHour[]> {
    const { store, first } = this.#ports;
    const found = (await store.all()).filter(({ from }) => from >= first());
    this.#isRead = true;
    if (this.#changed.size > 0) this.#wait(often);
    return found;
  }

  /** An hour is to be written. */
  changed(model: string, version: string, from: number): void {
    this.#changed.set(JSON.stringify([model, version, from]), { model, version, from });
    this.#wait(often);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#write();
  }

  #wait(span: number): void {
    if (!this.#isRead || this.#isClosed) return;
    const { clock } = this.#ports;
    this.#cancel ??= clock.at(clock.now() + span, () => {
      this.#cancel = undefined;
      void this.#write();
    });
  }

  async #write(): Promise<void> {
    if (!this.#isRead || this.#changed.size === 0) return;
    const { store, first, of, fault } = this.#ports;
    const taken = new Map(this.#changed);
    this.#changed.clear();
    try {
      await store.put([...taken.values()].map(of).filter(hour => hour !== undefined));
      await store.forget(first());
    } catch (error) {
      fault('keeping live accuracy', error);
      for (const [key, hour] of taken) this.#changed.set(key, hour);
      this.#wait(retryAfter);
    }
  }
}
