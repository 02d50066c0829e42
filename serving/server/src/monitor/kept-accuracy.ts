import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { AccuracyHour, AccuracyStore } from './accuracy-store.ts';

/** Milliseconds for which changes are gathered, and after which a failed write is retried. */
const writePauseMs = 2_000;
const writeRetryMs = 10_000;

interface KeptPorts {
  readonly store: AccuracyStore;
  readonly clock: Clock;
  readonly fault: (where: string, error: unknown) => void;
  /** Returns the start of the oldest hour to keep, ms since 1970. */
  readonly first: () => number;
  /** Returns the current sums of an hour; undefined if it is gone. */
  readonly of: (hour: Omit<AccuracyHour, 'sums'>) => AccuracyHour | undefined;
}

/** Writes changed hours to a store after a delay; a process that is killed loses no more than that delay. */
export class KeptAccuracy {
  readonly #ports: KeptPorts;
  readonly #changed = new Map<string, Omit<AccuracyHour, 'sums'>>();
  /** True once the store was read: before that, nothing is overwritten. */
  #isRead = false;
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(ports: KeptPorts) {
    this.#ports = ports;
  }

  /** Reads the store, once. Rejects if the store does, and then nothing is ever written. */
  async read(): Promise<readonly AccuracyHour[]> {
    const { store, first } = this.#ports;
    const found = (await store.all()).filter(({ from }) => from >= first());
    this.#isRead = true;
    if (this.#changed.size > 0) this.#wait(writePauseMs);
    return found;
  }

  /** Marks an hour to be written. */
  changed(model: string, version: string, from: number): void {
    this.#changed.set(JSON.stringify([model, version, from]), { model, version, from });
    this.#wait(writePauseMs);
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
      this.#wait(writeRetryMs);
    }
  }
}
