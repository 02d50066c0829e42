import { base64url } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  type Challenge,
  challengeMessage,
  type Enrol,
  type Enrolled,
  type Forget,
  type Hello,
} from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';

/** Identities of devices: their keys, and the check of their signatures. */
export class TestIdentities {
  readonly #primitives: Primitives;
  /** Public keys, by device id. */
  readonly #keys = new Map<string, Uint8Array>();
  #nonce: Uint8Array = new Uint8Array(32);
  /** Public key of the device that has said hello. */
  known: Uint8Array | undefined;

  constructor(primitives: Primitives) {
    this.#primitives = primitives;
  }

  challenge(): Challenge {
    this.#nonce = this.#primitives.sha256(this.#nonce);
    return { protocol: protocolVersion, nonce: this.#nonce };
  }

  /** Enrols a device. Throws `device.signature`. */
  enrol({ publicKey, signature }: Enrol): Enrolled {
    this.#verify(publicKey, 'enrol', signature);
    const device = base64url(this.#primitives.sha256(publicKey).subarray(0, 16)) as Enrolled['device'];
    this.#keys.set(device, publicKey);
    return { device };
  }

  /** Accepts a hello. Throws `device.unknown` or `device.signature`. */
  hello({ device, signature }: Hello): void {
    const key = this.#keys.get(device);
    if (!key) throw new MurmurationError('device.unknown');
    this.#verify(key, 'hello', signature);
    this.known = key;
  }

  /** Forgets a device. Throws `device.signature`. */
  forget({ device, signature }: Forget): void {
    const key = this.#keys.get(device);
    if (key && signature) this.#verify(key, 'forget', signature);
    this.#keys.delete(device);
  }

  #verify(key: Uint8Array, purpose: 'enrol' | 'hello' | 'forget', signature: Uint8Array): void {
    if (!this.#primitives.ed25519.verify(key, challengeMessage(purpose, this.#nonce), signature))
      throw new MurmurationError('device.signature');
  }
}
