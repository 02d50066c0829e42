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

/** Who the devices are: their keys, and the proof that one has its key. */
export class TestIdentities {
  readonly #primitives: Primitives;
  /** Public keys, by the id of the device. */
  readonly #keys = new Map<string, Uint8Array>();
  #nonce: Uint8Array = new Uint8Array(32);
  /** The public key of the device that has said hello. */
  known: Uint8Array | undefined;

  constructor(primitives: Primitives) {
    this.#primitives = primitives;
  }

  challenge(): Challenge {
    this.#nonce = this.#primitives.sha256(this.#nonce);
    return { protocol: protocolVersion, nonce: this.#nonce };
  }

  /** Throws `device.signature`. */
  enrol({ publicKey, signature }: Enrol): Enrolled {
    this.#verify(publicKey, 'enrol', signature);
    const device = base64url(this.#primitives.sha256(publicKey).subarray(0, 16)) as Enrolled['device'];
    this.#keys.set(device, publicKey);
    return { device };
  }

  /** Throws `device.unknown` or `device.signature`. */
  hello({ device, signature }: Hello): void {
    const key = this.#keys.get(device);
    if (!key) throw new MurmurationError('device.unknown');
    this.#verify(key, 'hello', signature);
    this.known = key;
  }

  /** Throws `device.signature`. */
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
