import { asError } from '@murmuration/client-sdk/training/training-errors';
import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Behaviour } from '../behaviour/behaviour.ts';
import type { VirtualDevice } from '../devices/virtual-device.ts';

/** A device of the crowd, while it is online. */
export type CrowdDevice = Pick<VirtualDevice, 'number' | 'standing' | 'start' | 'stop'>;

export interface CrowdPorts {
  readonly clock: Clock;
  readonly seed: number;
  /** Devices that there are. */
  readonly size: number;
  readonly behaviour: Pick<Behaviour, 'nextOnline' | 'onlineUntil'>;
  /** A device that comes online; `waits` hears that it waits for an assignment (null), or was told to come back after so many ms. */
  readonly appear: (number: number, waits: (after: number | null) => void) => CrowdDevice;
  readonly failed: (device: number, error: MurmurationError) => void;
  /** The network of a device is gone, at once. */
  readonly cut: (device: number) => void;
}

/** ms after which it is looked again for devices that can be reached, where there were too few. */
const untilRefill = 60_000;

/** How many devices a round that gathers wants. */
interface Wish {
  readonly count: number;
  readonly round: number;
  /** Those that have come and were sent away. */
  readonly refused: Set<number>;
}

/** All devices of a run, of which those alone exist that are online. */
export class Crowd {
  readonly #ports: CrowdPorts;
  readonly #online = new Map<number, CrowdDevice>();
  /** Whether devices come back when the coordinator told them to; else they wait for an invitation. */
  readonly #isSteered: boolean;
  /** Those that went offline for a time. */
  readonly #awayUntil = new Map<number, number>();
  #wish: Wish | undefined;
  /** How many devices are to be there all the time, and what draws them. */
  #kept: { readonly count: number; readonly uniform: () => number } | undefined;
  #cancel: Cancel = () => {};
  #isOver = false;

  constructor(ports: CrowdPorts, isSteered: boolean) {
    this.#ports = ports;
    this.#isSteered = isSteered;
  }

  /** Devices that are online. */
  get online(): number {
    return this.#online.size;
  }

  /** All devices come for the first time, each at a moment of the next `within` ms, or as soon after that as it can. */
  meet(within: number): void {
    const uniform = seededUniform(this.#ports.seed);
    for (let device = 0; device < this.#ports.size; device++) this.#comeAfter(device, within * uniform());
  }

  /**
   * A round wants so many devices: once nobody has a part in the one before, as many are invited of those that can be reached, each subset
   * equally likely, and more as they come within reach, until `enough`.
   */
  invite(count: number, round: number): void {
    this.#wish = { count, round, refused: new Set() };
    this.#settle();
  }

  /** So many devices are there from now on: whenever one goes, another one comes, each that can be reached equally likely. */
  keep(count: number): void {
    this.#kept = { count, uniform: seededUniform(this.#ports.seed) };
    this.#refill();
  }

  /** The round has its cohort. */
  enough(): void {
    this.#wish = undefined;
    this.#cancel();
  }

  /** A device goes offline at once, and comes back after so many ms, or as soon after that as it can. */
  leave(number: number, ms: number): void {
    const device = this.#online.get(number);
    if (!device || device.standing === 'leaving') return;
    this.#ports.cut(number);
    this.#awayUntil.set(number, this.#ports.clock.now() + ms);
    void this.#go(device);
    this.#comeAfter(number, ms);
  }

  /** Lets all go offline, and brings none again. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#kept = undefined;
    this.enough();
    await Promise.all(Array.from(this.#online.values(), device => this.#go(device)));
  }

  #refill(): void {
    if (!this.#kept) return;
    const { count, uniform } = this.#kept;
    const { clock, size } = this.#ports;
    const now = clock.now();
    // So many tries find one that can be reached, unless hardly any can.
    for (let tries = 0; this.#online.size < count && tries < 20 * size; tries++) {
      const device = Math.floor(uniform() * size);
      if (!this.#online.has(device) && this.#nextOnline(device, now) <= now) this.#come(device);
    }
    this.#cancel();
    if (this.#online.size < count) this.#cancel = clock.at(now + untilRefill, () => this.#refill());
  }

  #settle(): void {
    this.#refill();
    const wish = this.#wish;
    const present = [...this.#online.values()];
    if (!wish || present.some(({ standing }) => standing === 'busy' || standing === 'leaving')) return;
    const { clock, seed, size } = this.#ports;
    const now = clock.now();
    let left = wish.count - present.length;
    let next = Number.POSITIVE_INFINITY;
    const order = shuffle(
      Uint32Array.from({ length: size }, (_, device) => device),
      seededUniform((Math.imul(seed, 0x9e3779b1) ^ wish.round) >>> 0),
    );
    for (const device of order) {
      if (left <= 0) return;
      if (this.#online.has(device) || wish.refused.has(device)) continue;
      const time = this.#nextOnline(device, now);
      if (time > now) {
        next = Math.min(next, time);
        continue;
      }
      this.#come(device);
      left -= 1;
    }
    this.#cancel();
    if (next !== Number.POSITIVE_INFINITY) this.#cancel = clock.at(next, () => this.#settle());
  }

  #come(number: number): void {
    const { clock, behaviour, cut, appear, failed } = this.#ports;
    if (this.#isOver || this.#online.has(number)) return;
    const device: CrowdDevice = appear(number, after => this.#waits(device, after));
    this.#online.set(number, device);
    device.start().catch(error => failed(number, asError(error)));
    const until = behaviour.onlineUntil(number, clock.now());
    if (until === Number.POSITIVE_INFINITY) return;
    clock.at(until, () => {
      if (this.#online.get(number) !== device) return;
      cut(number);
      void this.#go(device);
      if (this.#isSteered) this.#comeAfter(number, 0);
    });
  }

  #comeAfter(device: number, ms: number): void {
    const { clock } = this.#ports;
    const time = this.#nextOnline(device, clock.now() + ms);
    if (time !== Number.POSITIVE_INFINITY) clock.at(time, () => this.#come(device));
  }

  #nextOnline(device: number, time: number): number {
    return this.#ports.behaviour.nextOnline(device, Math.max(time, this.#awayUntil.get(device) ?? 0));
  }

  #waits(device: CrowdDevice, after: number | null): void {
    if (after === null || this.#online.get(device.number) !== device) return;
    if (device.standing !== 'busy') this.#wish?.refused.add(device.number);
    void this.#go(device);
    if (this.#isSteered) this.#comeAfter(device.number, after);
  }

  async #go(device: CrowdDevice): Promise<void> {
    const { number } = device;
    try {
      await device.stop();
    } catch (error) {
      this.#ports.failed(number, asError(error));
    }
    if (this.#online.get(number) === device) this.#online.delete(number);
    this.#settle();
  }
}
