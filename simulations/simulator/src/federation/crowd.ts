import { asError } from '@murmuration/client-sdk/training/training-errors';
import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Behaviour } from '../behaviour/behaviour.ts';
import type { VirtualDevice } from '../devices/virtual-device.ts';

/** Device of the crowd while it is online. */
export type CrowdDevice = Pick<VirtualDevice, 'number' | 'standing' | 'start' | 'stop'>;

export interface CrowdPorts {
  readonly clock: Clock;
  readonly seed: number;
  /** Number of devices. */
  readonly size: number;
  readonly behaviour: Pick<Behaviour, 'nextOnline' | 'onlineUntil'>;
  /**
   * Brings a device online. It calls `waits` when it waits for an assignment (null) or must come back after
   * `after` ms.
   */
  readonly appear: (number: number, waits: (after: number | null) => void) => CrowdDevice;
  readonly failed: (device: number, error: MurmurationError) => void;
  /** Cuts a device's network at once. */
  readonly cut: (device: number) => void;
}

/** Milliseconds between searches for online devices when there were too few. */
const untilRefill = 60_000;

/** Number of devices that a gathering round wants. */
interface Wish {
  readonly count: number;
  readonly round: number;
  /** Devices that came and were sent away. */
  readonly refused: Set<number>;
}

/** All devices of a run; only those that are online have an object. */
export class Crowd {
  readonly #ports: CrowdPorts;
  readonly #online = new Map<number, CrowdDevice>();
  /** True if devices come back when the coordinator tells them to; otherwise they wait for an invitation. */
  readonly #isSteered: boolean;
  /** Devices that are offline until a time in ms. */
  readonly #awayUntil = new Map<number, number>();
  #wish: Wish | undefined;
  /** Number of devices to keep online, and the generator that draws them. */
  #kept: { readonly count: number; readonly uniform: () => number } | undefined;
  #cancel: Cancel = () => {};
  #isOver = false;

  constructor(ports: CrowdPorts, isSteered: boolean) {
    this.#ports = ports;
    this.#isSteered = isSteered;
  }

  /** Number of devices that are online. */
  get online(): number {
    return this.#online.size;
  }

  /**
   * Brings each device online for the first time, at a random moment of the next `within` ms or as soon after
   * as it can.
   */
  meet(within: number): void {
    const uniform = seededUniform(this.#ports.seed);
    for (let device = 0; device < this.#ports.size; device++) this.#comeAfter(device, within * uniform());
  }

  /**
   * Invites `count` devices for a round once none is busy with the previous one: each subset of the online
   * ones is equally likely. Invites more as they come online, until `enough`.
   */
  invite(count: number, round: number): void {
    this.#wish = { count, round, refused: new Set() };
    this.#settle();
  }

  /** Keeps `count` devices online: replaces each one that goes, all online ones being equally likely. */
  keep(count: number): void {
    this.#kept = { count, uniform: seededUniform(this.#ports.seed) };
    this.#refill();
  }

  /** Stops inviting, because the round has its cohort. */
  enough(): void {
    this.#wish = undefined;
    this.#cancel();
  }

  /** Takes a device offline at once; it returns after `ms`, or as soon after as it can. */
  leave(number: number, ms: number): void {
    const device = this.#online.get(number);
    if (!device || device.standing === 'leaving') return;
    this.#ports.cut(number);
    this.#awayUntil.set(number, this.#ports.clock.now() + ms);
    void this.#go(device);
    this.#comeAfter(number, ms);
  }

  /** Takes all devices offline for good. */
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
    // This many tries find an online device unless hardly any is online.
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
