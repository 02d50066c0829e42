import { concatBytes, equalBytes, hex } from '../encoding/bytes.ts';
import { MurmurationError } from '../errors/errors.ts';
import type { AgreementKey, SigningKey } from '../primitives/primitives.ts';
import { isCanonicalAgreementKey, isSoundKey } from '../primitives/sound-keys.ts';
import { bind, type RoundContext } from './context.ts';
import type { Secret } from './secret.ts';

/** Keys that a device publishes for one round, signed with its identity. */
export interface DeviceKeys {
  /** Ed25519 key by which the device is enrolled. */
  readonly identity: Uint8Array;
  /** Certificate of `identity` by the enrolment authority (68 bytes), if the population has one. */
  readonly certificate?: Uint8Array | undefined;
  /** X25519 key for sealing shares to the device. */
  readonly sealing: Uint8Array;
  /** X25519 key for agreeing on pairwise masks. */
  readonly masking: Uint8Array;
  /** Ed25519 signature of both keys, the task and the round. */
  readonly signature: Uint8Array;
}

export const keyBytes = 32;
export const signatureBytes = 64;
const messageBytes = 2 * keyBytes + signatureBytes;

// Canonical encodings of points of low order: RFC 7748 §7, https://cr.yp.to/ecdh.html#validate.
const lowOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Secrets of one device in one round, derived from its random bytes. */
export interface RoundSecrets {
  readonly sealing: AgreementKey;
  readonly masking: AgreementKey;
  /** Secret of `masking`, which the neighbours can recover if the device is lost. */
  readonly maskingSecret: Uint8Array;
  /** Seed of the self mask, which the neighbours can recover if the device is not lost. */
  readonly seed: Uint8Array;
  /** Key of the random coefficients that share both. */
  readonly sharing: Uint8Array;
}

/**
 * Derives a device's secrets from 32 random bytes that are used for one round only. Derives each on access,
 * since most steps of a round need few of them, and a key takes a multiplication on the curve.
 */
export function deriveSecrets(context: RoundContext, root: Secret): RoundSecrets {
  const { hkdf, x25519 } = context.primitives;
  const derive = (label: string) => hkdf(root.expose(), bind(context, label), keyBytes);
  return {
    get sealing() {
      return x25519.agreementKey(derive('sealing secret'));
    },
    get masking() {
      return x25519.agreementKey(derive('masking secret'));
    },
    get maskingSecret() {
      return derive('masking secret');
    },
    get seed() {
      return derive('self mask seed');
    },
    get sharing() {
      return derive('share coefficients');
    },
  };
}

export function signKeys(
  context: RoundContext,
  identity: SigningKey,
  { sealing, masking }: RoundSecrets,
): DeviceKeys {
  const keys = concatBytes(sealing.publicKey, masking.publicKey);
  return {
    identity: identity.publicKey,
    sealing: sealing.publicKey,
    masking: masking.publicKey,
    signature: identity.sign(bind(context, 'keys', keys)),
  };
}

/** Encodes the message of a device's `keys` phase: sealing key, masking key, signature; 128 bytes. */
export const writeKeys = ({ sealing, masking, signature }: DeviceKeys): Uint8Array =>
  concatBytes(sealing, masking, signature);

/**
 * Reads the message of the `keys` phase of the device with this identity.
 * @throws MurmurationError `secagg.keys` if it has the wrong length or signature, an unsound identity, the
 * same key twice, or a key that is not in its canonical encoding and could so pass for two;
 * `crypto.low-order` if one of its keys has low order
 */
export function readKeys(
  context: RoundContext,
  identity: Uint8Array,
  message: Uint8Array,
  certificate?: Uint8Array,
): DeviceKeys {
  if (message.length !== messageBytes) {
    throw new MurmurationError(
      'secagg.keys',
      `A keys message has ${messageBytes} bytes, not ${message.length}.`,
    );
  }
  const keys: DeviceKeys = {
    identity,
    certificate,
    sealing: message.subarray(0, keyBytes),
    masking: message.subarray(keyBytes, 2 * keyBytes),
    signature: message.subarray(2 * keyBytes),
  };
  if (!isSoundKey(identity))
    throw new MurmurationError('secagg.keys', 'Other devices can sign for this identity as well.');
  for (const key of [keys.sealing, keys.masking]) {
    if (!isCanonicalAgreementKey(key))
      throw new MurmurationError('secagg.keys', 'A sealing or masking key is not in its canonical encoding.');
    if (lowOrder.has(hex(key))) throw new MurmurationError('crypto.low-order');
  }
  if (equalBytes(keys.sealing, keys.masking)) {
    throw new MurmurationError('secagg.keys', 'The sealing key and the masking key are the same.');
  }
  const signed = bind(context, 'keys', message.subarray(0, 2 * keyBytes));
  if (!context.primitives.ed25519.verify(identity, signed, keys.signature)) {
    throw new MurmurationError(
      'secagg.keys',
      'The keys are not signed by the device for this task and round.',
    );
  }
  return keys;
}

/** Set of the keys of one round's devices; refuses duplicates. */
export class TakenKeys {
  readonly #taken = new Set<string>();

  /** Throws `secagg.keys`, and adds nothing, if another device has this identity or one of these keys. */
  take({ identity, sealing, masking }: DeviceKeys): void {
    const keys = [identity, sealing, masking].map(hex);
    if (keys.some(key => this.#taken.has(key))) {
      throw new MurmurationError('secagg.keys', 'Another device of the round has the same key.');
    }
    for (const key of keys) this.#taken.add(key);
  }
}
