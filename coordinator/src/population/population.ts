import { base64url } from '@murmuration/protocol/bytes';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { DeviceId } from '@murmuration/protocol/ids';
import { challengeMessage, type Enrol, type Hello } from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { Clock } from '@murmuration/protocol/ports';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { Device, DeviceStore } from './device.ts';
import type { EnrolmentVerifier } from './enrolment.ts';

/** The devices that run the apps of this coordinator, and how they prove who they are. */
export class Population {
  readonly #devices: DeviceStore;
  readonly #mayEnrol: EnrolmentVerifier;
  readonly #primitives: Primitives;
  readonly #clock: Clock;
  #size = 0;

  constructor(devices: DeviceStore, mayEnrol: EnrolmentVerifier, primitives: Primitives, clock: Clock) {
    this.#devices = devices;
    this.#mayEnrol = mayEnrol;
    this.#primitives = primitives;
    this.#clock = clock;
  }

  /** Reads how many devices there are; once, before anything else. */
  async open(): Promise<void> {
    this.#size = await this.#devices.count();
  }

  /** Enrolled devices. */
  get size(): number {
    return this.#size;
  }

  /**
   * Makes a device known; one that is known already stays as it is. Throws `protocol.version`, `device.signature` or
   * `device.enrolment-refused`.
   */
  async enrol(
    { protocol, publicKey, token, certificate, signature }: Enrol,
    nonce: Uint8Array,
  ): Promise<Device> {
    requireVersion(protocol);
    if (!this.#primitives.ed25519.verify(publicKey, challengeMessage('enrol', nonce), signature))
      throw new MurmurationError('device.signature');
    if (!(await this.#mayEnrol(token, publicKey))) throw new MurmurationError('device.enrolment-refused');
    const id = base64url(this.#primitives.sha256(publicKey).subarray(0, 16)) as DeviceId;
    const device: Device = { id, publicKey, certificate, enrolledAt: this.#clock.now() };
    if (await this.#devices.add(device)) this.#size += 1;
    return device;
  }

  /** Throws `protocol.version`, `device.unknown` or `device.signature`. */
  async identify({ protocol, device: id, signature }: Hello, nonce: Uint8Array): Promise<Device> {
    requireVersion(protocol);
    const device = await this.#devices.get(id);
    if (!device) throw new MurmurationError('device.unknown');
    if (!this.#primitives.ed25519.verify(device.publicKey, challengeMessage('hello', nonce), signature))
      throw new MurmurationError('device.signature');
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
