import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { isOutage } from '@murmuration/rounds/rounds/until-stored';
import type { Storage } from '@murmuration/storage/storage';
import type { Scope } from './scope.ts';

/** ms for which a storage may take nothing before that is told. */
const patience = 10_000;
/** ms between two probes where the storage does not say. */
const often = 2_000;

/**
 * Whether the storage can be written, from when something was written last: it is probed every 2 s where others go by that, and elsewhere
 * from a failure on until it can be written again.
 */
class StorageHealth {
  readonly #storage: Pick<Storage, 'probe' | 'probeEvery'>;
  readonly #clock: Clock;
  readonly #events: CoordinatorEvents;
  #writtenAt: number;
  /** Whether something failed, and nothing was written since. */
  #isInDoubt = false;
  /** Whether the last probe failed. */
  #hasFailed = false;
  #isTold = false;
  #isProbing = false;
  #cancel: Cancel = () => {};
  #isClosed = false;

  constructor(storage: Pick<Storage, 'probe' | 'probeEvery'>, clock: Clock, events: CoordinatorEvents) {
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

  /** Since when nothing could be written, ms since 1970; null where something was within 10 s, or nothing was to be. */
  get silentSince(): number | null {
    const isWatched = this.#isInDoubt || this.#storage.probeEvery !== null;
    return isWatched && this.#clock.now() - this.#writtenAt > patience ? this.#writtenAt : null;
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
    this.#cancel = this.#clock.at(this.#clock.now() + (this.#storage.probeEvery ?? often), () =>
      this.#turn(),
    );
    if (!this.#isProbing) void this.#probe();
    // A probe that hangs says nothing.
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

/** Watches the storage of a scope, and returns since when it takes nothing, ms since 1970; null: it does. */
export function watchStorage({ storage, clock, events, opened }: Scope): () => number | null {
  const health = new StorageHealth(storage, clock, events);
  opened.add(() => health.close());
  return () => health.silentSince;
}
