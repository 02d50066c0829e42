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

/** Revoked devices in one read. */
const revokedDevicesAtOnce = 1_000;

/** The enrolled devices of this coordinator, and the checks of their identity. */
export class Population {
  readonly #devices: DeviceStore;
  readonly #mayEnrol: EnrolmentVerifier;
  readonly #primitives: Primitives;
  readonly #clock: Clock;
  /** Revoked devices, including those whose revocation the store still writes. */
  readonly #revoked = new Set<DeviceId>();
  /** Devices whose revocation is being written. */
  readonly #revoking = new Set<DeviceId>();
  readonly #outdated = new OutdatedDevices();
  #size = 0;

  constructor(devices: DeviceStore, mayEnrol: EnrolmentVerifier, primitives: Primitives, clock: Clock) {
    this.#devices = devices;
    this.#mayEnrol = mayEnrol;
    this.#primitives = primitives;
    this.#clock = clock;
  }

  /** Reads the number of devices and the revoked ones; call it once, before any other method. */
  async open(): Promise<void> {
    await this.#look(() => {});
  }

  /**
   * Follows changes by other processes with the same store, some seconds late, until the returned function
   * is called: the number of devices, and the revoked ones. Calls `gone` with each newly revoked device, and
   * `failed` if a look fails; the next look follows.
   */
  follow(gone: (device: DeviceId) => void, failed: (error: unknown) => void): Cancel {
    return lookAgain(this.#clock, () => this.#look(gone), failed);
  }

  async #look(gone: (device: DeviceId) => void): Promise<void> {
    const found = new Set<DeviceId>();
    const before = new Set(this.#revoked);
    const size = await this.#devices.count();
    for (let after: Place | undefined; ; ) {
      const devices = await this.#devices.list({ after, limit: revokedDevicesAtOnce }, true);
      for (const { id } of devices) found.add(id);
      const last = devices.at(-1);
      if (!last) break;
      after = { id: last.id, time: last.enrolledAt };
    }
    this.#size = size;
    // Changes by this process during the read are newer than its result.
    for (const id of before) if (!found.has(id) && !this.#revoking.has(id)) this.#revoked.delete(id);
    for (const id of found) {
      if (this.#revoked.has(id)) continue;
      this.#revoked.add(id);
      this.#outdated.forget(id);
      gone(id);
    }
  }

  /** Number of enrolled devices that are not revoked. */
  get size(): number {
    return this.#size;
  }

  /** Devices of the last day that report another version of the protocol. */
  get outdated(): readonly Outdated[] {
    return this.#outdated.at(this.#clock.now());
  }

  /** Number of revoked devices. */
  get revoked(): number {
    return this.#revoked.size;
  }

  /**
   * Enrols a device. A device that is already enrolled stays as it is, and its token is not checked. Throws
   * `protocol.version`, `device.key`, `device.signature`, `device.revoked`, `device.enrolment-refused`,
   * `device.enrolment-used-up`, `device.enrolment-unavailable`, or errors of the app's own verifier.
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

  /**
   * Returns the device that signed a hello. Throws `protocol.version`, `device.unknown`, `device.signature`
   * or, only to the owner of the key, `device.revoked`.
   */
  async identify({ protocol, device: id, signature }: Hello, nonce: Uint8Array): Promise<Device> {
    const device = await this.#devices.get(id);
    const isSigned =
      device !== undefined &&
      this.#primitives.ed25519.verify(device.publicKey, challengeMessage('hello', nonce), signature);
    // All protocol versions sign alike, so only a signed hello counts: made-up devices and stolen ids don't.
    if (isSigned && protocol !== protocolVersion && device.revokedAt === null && !this.isRevoked(id))
      this.#outdated.came(id, protocol, this.#clock.now());
    requireVersion(protocol);
    if (!device) throw new MurmurationError('device.unknown');
    if (!isSigned) throw new MurmurationError('device.signature');
    this.#outdated.forget(id);
    return this.#requireUnrevoked(device);
  }

  /**
   * Throws `device.signature` unless the device signed its request to be forgotten, over the nonce of its
   * hello.
   */
  requireFarewell({ publicKey }: Device, nonce: Uint8Array, signature: Uint8Array): void {
    if (!this.#primitives.ed25519.verify(publicKey, challengeMessage('forget', nonce), signature))
      throw new MurmurationError('device.signature');
  }

  /** Returns a device that has already proven its identity. Throws `device.unknown` or `device.revoked`. */
  async find(id: DeviceId): Promise<Device> {
    const device = await this.#devices.get(id);
    if (!device) throw new MurmurationError('device.unknown');
    return this.#requireUnrevoked(device);
  }

  /**
   * Revokes a device for good: `isRevoked` is true before this returns, and the store has it once this
   * resolves. Returns false for a device that doesn't exist or was already revoked.
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

  /** Takes back the revocation of a device; returns false if it was not revoked. */
  async reinstate(id: DeviceId): Promise<boolean> {
    const changed = await this.#devices.reinstate(id);
    if (changed) this.#size += 1;
    this.#revoked.delete(id);
    return changed;
  }

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
