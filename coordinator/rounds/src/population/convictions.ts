import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import { BatchedWrites } from '../writes/batched-writes.ts';
import { lookAgain } from './look-again.ts';

/** ms for which a convicted device is excluded from rounds. */
const outFor = 86_400_000;
/** Number of convictions that revokes a device. */
const mostConvictions = 3;

/** Proof from one round that a device revealed or dealt wrong shares. */
export interface Conviction {
  readonly device: DeviceId;
  readonly round: RoundId;
  readonly code: ErrorCode;
  /** ms since 1970. */
  readonly time: number;
}

/** Store of convictions that no operator has pardoned. */
export interface ConvictionStore {
  /** Stores a conviction, unless there is one of the same device and round, pardoned or not. */
  add(conviction: Conviction): Promise<void>;
  /** Returns the convictions of devices, oldest first, without devices that have none. */
  of(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, readonly Conviction[]>>;
  /** Lists convictions since a time, ms since 1970. */
  since(time: number): Promise<readonly Conviction[]>;
  /** Counts the convicted devices. */
  count(): Promise<number>;
  /** Pardons all convictions of a device. */
  pardon(device: DeviceId): Promise<void>;
}

/** Actions that a conviction or a pardon triggers. */
export interface Sentence {
  /** Removes the device from the waiting pools; it comes back to hear until when it is excluded. */
  withdraw(device: DeviceId): void;
  /** Revokes the device; resolves once that is durable. */
  revoke(device: DeviceId): Promise<void>;
  /** Takes back the revocation of a device. */
  reinstate(device: DeviceId): Promise<void>;
  /** Deletes the marks of its conduct. */
  forget(device: DeviceId): Promise<void>;
}

/**
 * Excludes convicted devices from rounds for a day, and revokes them at the third conviction, unless an
 * operator pardons them.
 */
export class Convictions {
  readonly #store: ConvictionStore;
  readonly #sentence: Sentence;
  readonly #clock: Clock;
  readonly #events: CoordinatorEvents;
  readonly #writes: BatchedWrites;
  /** Map from a device to the time until which it is excluded, ms since 1970; may hold past times. */
  readonly #until = new Map<DeviceId, number>();
  #unwritten: Conviction[] = [];

  constructor(store: ConvictionStore, sentence: Sentence, clock: Clock, events: CoordinatorEvents) {
    this.#store = store;
    this.#sentence = sentence;
    this.#clock = clock;
    this.#events = events;
    this.#writes = new BatchedWrites(() => this.#write(), clock);
  }

  /** Reads the excluded devices. Throws `storage.*`. */
  async open(): Promise<void> {
    for (const { device, time } of await this.#store.since(this.#clock.now() - outFor))
      this.#until.set(device, Math.max(time + outFor, this.#until.get(device) ?? 0));
  }

  /**
   * Follows convictions and pardons by other processes with the same store, some seconds late, until the
   * returned function is called. Calls `failed` if a look fails, and looks again later.
   */
  follow(failed: (error: unknown) => void): Cancel {
    return lookAgain(this.#clock, () => this.#look(), failed);
  }

  async #look(): Promise<void> {
    await this.#writes.flush();
    // Convictions made here during the read are newer than its result.
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

  /** Returns the time until which a device is excluded, ms since 1970; undefined if it isn't. */
  outUntil(device: DeviceId): number | undefined {
    const until = this.#until.get(device);
    if (until === undefined || this.#clock.now() < until) return until;
    this.#until.delete(device);
    return undefined;
  }

  /** Returns the convictions of devices that were not pardoned. */
  of(devices: readonly DeviceId[]): Promise<ReadonlyMap<DeviceId, readonly Conviction[]>> {
    return this.#store.of(devices);
  }

  /** Counts the devices with convictions that were not pardoned. */
  count(): Promise<number> {
    return this.#store.count();
  }

  /**
   * Pardons a device: deletes its convictions and its marks, and takes back a revocation for three
   * convictions. Throws `storage.*`.
   */
  async pardon(device: DeviceId): Promise<void> {
    await this.#writes.flush();
    const convicted = (await this.#store.of([device])).get(device) ?? [];
    if (convicted.length >= mostConvictions) await this.#sentence.reinstate(device);
    await this.#store.pardon(device);
    await this.#sentence.forget(device);
    this.#until.delete(device);
  }

  /** Writes pending convictions for the last time. */
  close(): Promise<void> {
    return this.#writes.close();
  }

  /** Excludes devices from now on; resolves once that is durable, or a retry is scheduled. */
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
