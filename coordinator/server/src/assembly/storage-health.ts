import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { isOutage } from '@murmuration/rounds/rounds/until-stored';
import type { Stores } from '@murmuration/storage/storage';
import type { Scope } from './scope.ts';

/** Milliseconds without a successful write until the storage is reported as silent. */
const silentAfterMs = 10_000;
/** Milliseconds between two probes if the storage sets no interval. */
const probeMs = 2_000;

/**
 * Tracks if the storage can be written, by the time of the last successful write. A storage with an interval
 * of its own is always probed; others only from a failure until a write succeeds.
 */
class StorageHealth {
  readonly #storage: Pick<Stores, 'probe' | 'probeEvery'>;
  readonly #clock: Clock;
  readonly #events: CoordinatorEvents;
  #writtenAt: number;
  /** True if a write failed and none has succeeded since. */
  #isInDoubt = false;
  /** True if the last probe failed. */
  #hasFailed = false;
  #isTold = false;
  #isProbing = false;
  #cancel: Cancel = () => {};
  #isClosed = false;

  constructor(storage: Pick<Stores, 'probe' | 'probeEvery'>, clock: Clock, events: CoordinatorEvents) {
    this.#storage = storage;
    this.#clock = clock;
    this.#events = events;
    this.#writtenAt = clock.now();
    events.on('fault', (_, error) => {
      if (isOutage(error)) this.#doubt();
    });
    events.on('refused', (_, code) => {
      if (code.startsWith('storage.') && isOutage(new MurmurationError(code))) this.#doubt();
    });
    if (storage.probeEvery !== null) this.#turn();
  }

  /**
   * Time since which nothing could be written, in ms since 1970; null if a write succeeded within 10 s or
   * none was due.
   */
  get silentSince(): number | null {
    const isWatched = this.#isInDoubt || this.#storage.probeEvery !== null;
    return isWatched && this.#clock.now() - this.#writtenAt > silentAfterMs ? this.#writtenAt : null;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
  }

  #doubt(): void {
    if (this.#isInDoubt) return;
    this.#isInDoubt = true;
    if (this.#storage.probeEvery !== null) return;
    this.#writtenAt = this.#clock.now();
    this.#turn();
  }

  #turn(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#clock.at(this.#clock.now() + (this.#storage.probeEvery ?? probeMs), () =>
      this.#turn(),
    );
    if (!this.#isProbing) void this.#probe();
    // A hanging probe reports nothing.
    const isSilent = this.silentSince !== null;
    if (isSilent !== this.#isTold) this.#events.emit('storage');
    this.#isTold = isSilent;
  }

  async #probe(): Promise<void> {
    this.#isProbing = true;
    try {
      await this.#storage.probe();
      this.#writtenAt = this.#clock.now();
      this.#isInDoubt = false;
      this.#hasFailed = false;
      if (this.#storage.probeEvery === null) this.#cancel();
      if (this.#isTold) this.#events.emit('storage');
      this.#isTold = false;
    } catch (error) {
      const isFirst = !this.#hasFailed;
      this.#hasFailed = true;
      this.#isInDoubt = true;
      if (isFirst)
        this.#events.emit('fault', 'writing to the storage to see whether it can be written', error);
    } finally {
      this.#isProbing = false;
    }
  }
}

/**
 * Watches the storage of a scope. Returns a function that gives the time since which writes fail, in ms since
 * 1970, or null if they succeed.
 */
export function watchStorage({ storage, clock, events, opened }: Scope): () => number | null {
  const health = new StorageHealth(storage, clock, events);
  opened.add(() => health.close());
  return () => health.silentSince;
}
