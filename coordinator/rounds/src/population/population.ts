import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { challengeMessage, type Enrol, type Hello } from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import { isSoundKey } from '@murmuration/protocol/primitives/sound-keys';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Place } from '../paging/paging.ts';
import type { Device, DeviceStore } from './device.ts';
import type { EnrolmentVerifier } from './enrolment.ts';
import { lookAgain } from './look-again.ts';
import { type Outdated, OutdatedDevices } from './outdated-devices.ts';

/** Revoked devices that are read at a time. */
const pageLength = 1_000;

/** The devices that run the apps of this coordinator, and how they prove who they are. */
export class Population {
  readonly #devices: DeviceStore;
  readonly #mayEnrol: EnrolmentVerifier;
  readonly #primitives: Primitives;
  readonly #clock: Clock;
  /** Those that are revoked: known here at once, while the store still writes. */
  readonly #revoked = new Set<DeviceId>();
  /** Those whose revocation is being written. */
  readonly #revoking = new Set<DeviceId>();
  readonly #outdated = new OutdatedDevices();
  #size = 0;

  constructor(devices: DeviceStore, mayEnrol: EnrolmentVerifier, primitives: Primitives, clock: Clock) {
    this.#devices = devices;
    this.#mayEnrol = mayEnrol;
    this.#primitives = primitives;
    this.#clock = clock;
  }

  /** Reads how many devices there are, and which are revoked; once, before anything else. */
  async open(): Promise<void> {
    await this.#look(() => {});
  }

  /**
   * From now on until the function that is returned is called, hears what other processes that share the store change, some seconds late: how many
   * devices there are, and which are revoked, of each of whom `gone` is told. `failed` hears of a look that fails; the next one follows.
   */
  follow(gone: (device: DeviceId) => void, failed: (error: unknown) => void): Cancel {
    return lookAgain(this.#clock, () => this.#look(gone), failed);
  }

  async #look(gone: (device: DeviceId) => void): Promise<void> {
    const found = new Set<DeviceId>();
    const before = new Set(this.#revoked);
    const size = await this.#devices.count();
    for (let after: Place | undefined; ; ) {
      const devices = await this.#devices.list({ after, limit: pageLength }, true);
      for (const { id } of devices) found.add(id);
      const last = devices.at(-1);
      if (!last) break;
      after = { id: last.id, time: last.enrolledAt };
    }
    this.#size = size;
    // What this process has changed meanwhile is newer.
    for (const id of before) if (!found.has(id) && !this.#revoking.has(id)) this.#revoked.delete(id);
    for (const id of found) {
      if (this.#revoked.has(id)) continue;
      this.#revoked.add(id);
      this.#outdated.forget(id);
      gone(id);
    }
  }

  /** Enrolled devices that are not revoked. */
  get size(): number {
    return this.#size;
  }

  /** Those of the last day that speak another version of the protocol, as they say. */
  get outdated(): readonly Outdated[] {
    return this.#outdated.at(this.#clock.now());
  }

  /** Devices that were revoked. */
  get revoked(): number {
    return this.#revoked.size;
  }

  /**
   * Makes a device known; one that is known already stays as it is, and its token is not looked at. Throws `protocol.version`,
   * `device.key`, `device.signature`, `device.revoked`, `device.enrolment-refused`, `device.enrolment-used-up`, `device.enrolment-unavailable`, or what the app's own verifier throws.
   */
  async enrol(
    { protocol, publicKey, token, certificate, signature }: Enrol,
    nonce: Uint8Array,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Device> {
    requireVersion(protocol);
    if (!isSoundKey(publicKey)) throw new MurmurationError('device.key');
    if (!this.#primitives.ed25519.verify(publicKey, challengeMessage('enrol', nonce), signature))
      throw new MurmurationError('device.signature');
    const id = base64url(this.#primitives.sha256(publicKey).subarray(0, 16)) as DeviceId;
    const known = await this.#devices.get(id);
    if (known) return this.#requireUnrevoked(known);
    if (!(await this.#mayEnrol({ device: id, publicKey, certificate, token }, signal)))
      throw new MurmurationError('device.enrolment-refused');
    const device: Device = { id, publicKey, certificate, enrolledAt: this.#clock.now(), revokedAt: null };
    if (await this.#devices.add(device)) this.#size += 1;
    return device;
  }

  /** Throws `protocol.version`, `device.unknown`, `device.signature` or, to its owner alone, `device.revoked`. */
  async identify({ protocol, device: id, signature }: Hello, nonce: Uint8Array): Promise<Device> {
    const device = await this.#devices.get(id);
    const isSigned =
      device !== undefined &&
      this.#primitives.ed25519.verify(device.publicKey, challengeMessage('hello', nonce), signature);
    // All versions sign alike. Who makes up devices, or names those of others, is none of those that an upgrade has left behind.
    if (isSigned && protocol !== protocolVersion && device.revokedAt === null && !this.isRevoked(id))
      this.#outdated.came(id, protocol, this.#clock.now());
    requireVersion(protocol);
    if (!device) throw new MurmurationError('device.unknown');
    if (!isSigned) throw new MurmurationError('device.signature');
    this.#outdated.forget(id);
    return this.#requireUnrevoked(device);
  }

  /** Throws `device.signature` where a device has not signed, over the nonce of its hello, that it is to be forgotten. */
  requireFarewell({ publicKey }: Device, nonce: Uint8Array, signature: Uint8Array): void {
    if (!this.#primitives.ed25519.verify(publicKey, challengeMessage('forget', nonce), signature))
      throw new MurmurationError('device.signature');
  }

  /** A device that has proven who it is before. Throws `device.unknown` or `device.revoked`. */
  async find(id: DeviceId): Promise<Device> {
    const device = await this.#devices.get(id);
    if (!device) throw new MurmurationError('device.unknown');
    return this.#requireUnrevoked(device);
  }

  /**
   * Takes a device out of the population for good: `isRevoked` says so before this returns, and the store when it has resolved. False for one that is
   * not there or was revoked before.
   */
  async revoke(id: DeviceId): Promise<boolean> {
    this.#revoked.add(id);
    this.#outdated.forget(id);
    this.#revoking.add(id);
    const revoked = this.#devices.revoke(id, this.#clock.now());
    const changed = await revoked.finally(() => this.#revoking.delete(id));
    if (changed) this.#size -= 1;
    else if (!(await this.#devices.get(id))) this.#revoked.delete(id);
    return changed;
  }

  /** Takes a device back that was revoked; false for one that was not. */
  async reinstate(id: DeviceId): Promise<boolean> {
    const changed = await this.#devices.reinstate(id);
    if (changed) this.#size += 1;
    this.#revoked.delete(id);
    return changed;
  }

  /** Whether a device is revoked. */
  isRevoked(id: DeviceId): boolean {
    return this.#revoked.has(id);
  }

  #requireUnrevoked(device: Device): Device {
    if (device.revokedAt !== null || this.isRevoked(device.id)) throw new MurmurationError('device.revoked');
    return device;
  }
}

function requireVersion(protocol: number): void {
  if (protocol !== protocolVersion)
    throw new MurmurationError(
      'protocol.version',
      `The device speaks protocol version ${protocol}, this coordinator version ${protocolVersion}; update the older one.`,
    );
}
