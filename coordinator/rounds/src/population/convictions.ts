import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import { BatchedWrites } from '../writes/batched-writes.ts';
import { lookAgain } from './look-again.ts';

/** ms for which a device that was convicted is left out of rounds. */
const outFor = 86_400_000;
/** Convictions with which a device is revoked. */
const mostConvictions = 3;

/** That a device was proved, in one round, to have revealed or dealt wrong shares. */
export interface Conviction {
  readonly device: DeviceId;
  readonly round: RoundId;
  readonly code: ErrorCode;
  /** ms since 1970. */
  readonly time: number;
}

/** Convictions that no operator has pardoned. */
export interface ConvictionStore {
  /** Keeps a conviction, unless one of its device and round is there, pardoned or not. */
  add(conviction: Conviction): Promise<void>;
  /** Those of devices, oldest first; devices without any are left out. */
  of(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, readonly Conviction[]>>;
  /** Those since a time, ms since 1970. */
  since(time: number): Promise<readonly Conviction[]>;
  /** How many devices have any. */
  count(): Promise<number>;
  /** Pardons all of a device. */
  pardon(device: DeviceId): Promise<void>;
}

/** What a conviction leads to beside it. */
export interface Sentence {
  /** The device waits for no round any more, and comes again to hear until when. */
  withdraw(device: DeviceId): void;
  /** Takes it out of the population; resolves when that is durable. */
  revoke(device: DeviceId): Promise<void>;
  /** Takes a device back that was revoked. */
  reinstate(device: DeviceId): Promise<void>;
  /** Forgets how it has behaved in rounds. */
  forget(device: DeviceId): Promise<void>;
}

/** Leaves devices out of rounds for a day that were convicted, and revokes them at the third time, unless an operator pardons them. */
export class Convictions {
  readonly #store: ConvictionStore;
  readonly #sentence: Sentence;
  readonly #clock: Clock;
  readonly #events: CoordinatorEvents;
  readonly #writes: BatchedWrites;
  /** Until when devices are left out, ms since 1970; some of them are over. */
  readonly #until = new Map<DeviceId, number>();
  #unwritten: Conviction[] = [];

  constructor(store: ConvictionStore, sentence: Sentence, clock: Clock, events: CoordinatorEvents) {
    this.#store = store;
    this.#sentence = sentence;
    this.#clock = clock;
    this.#events = events;
    this.#writes = new BatchedWrites(() => this.#write(), clock);
  }

  /** Reads who is left out. Throws `storage.*`. */
  async open(): Promise<void> {
    for (const { device, time } of await this.#store.since(this.#clock.now() - outFor))
      this.#until.set(device, Math.max(time + outFor, this.#until.get(device) ?? 0));
  }

  /**
   * From now on until the function that is returned is called, leaves those out, some seconds late, whom other processes that share the store have
   * convicted, and nobody whom an operator has pardoned there. `failed` hears of a look that fails; the next one follows.
   */
  follow(failed: (error: unknown) => void): Cancel {
    return lookAgain(this.#clock, () => this.#look(), failed);
  }

  async #look(): Promise<void> {
    await this.#writes.flush();
    // What is convicted here meanwhile is newer.
    const before = [...this.#until.keys()];
    const unwritten = new Set(this.#unwritten.map(({ device }) => device));
    const found = new Map<DeviceId, number>();
    for (const { device, time } of await this.#store.since(this.#clock.now() - outFor))
      found.set(device, Math.max(time + outFor, found.get(device) ?? 0));
    for (const device of before) if (!found.has(device) && !unwritten.has(device)) this.#until.delete(device);
    for (const [device, until] of found) {
      if (until <= (this.#until.get(device) ?? 0)) continue;
      this.#until.set(device, until);
      this.#sentence.withdraw(device);
    }
  }

  /** Until when a device takes no part, ms since 1970; undefined: it may. */
  outUntil(device: DeviceId): number | undefined {
    const until = this.#until.get(device);
    if (until === undefined || this.#clock.now() < until) return until;
    this.#until.delete(device);
    return undefined;
  }

  /** What devices were convicted of, and not pardoned. */
  of(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, readonly Conviction[]>> {
    return this.#store.of(devices);
  }

  /** Devices that were convicted, and not pardoned. */
  count(): Promise<number> {
    return this.#store.count();
  }

  /** Forgets what a device was convicted of, and how it has behaved, and takes it back where it was revoked for it. Throws `storage.*`. */
  async pardon(device: DeviceId): Promise<void> {
    await this.#writes.flush();
    const convicted = (await this.#store.of([device])).get(device) ?? [];
    if (convicted.length >= mostConvictions) await this.#sentence.reinstate(device);
    await this.#store.pardon(device);
    await this.#sentence.forget(device);
    this.#until.delete(device);
  }

  /** Writes what could not be written before, for the last time. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  /** Leaves these devices out from now on; resolves once that is durable, or is to be tried again. */
  async convicted(round: RoundId, devices: readonly DeviceId[], code: ErrorCode): Promise<void> {
    const time = this.#clock.now();
    for (const device of devices) {
      this.#until.set(device, time + outFor);
      this.#sentence.withdraw(device);
      this.#unwritten.push({ device, round, code, time });
    }
    await this.#writes.flush();
  }

  async #write(): Promise<void> {
    const convictions = this.#unwritten;
    this.#unwritten = [];
    for (const [place, conviction] of convictions.entries()) {
      try {
        await this.#store.add(conviction);
        const all = (await this.#store.of([conviction.device])).get(conviction.device) ?? [];
        if (all.length >= mostConvictions) await this.#sentence.revoke(conviction.device);
      } catch (error) {
        this.#events.emit('fault', 'writing down a conviction', error);
        this.#unwritten.unshift(...convictions.slice(place));
        this.#writes.schedule();
        return;
      }
    }
  }
}
