import * as ed25519 from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, hex } from '../encoding/bytes.ts';
import type { Primitives } from './primitives.ts';
import { isSoundKey, isSoundSignature } from './sound-keys.ts';

// Without it this library signs and verifies only asynchronously.
ed25519.hashes.sha512 = sha512;

const { Point } = ed25519;
const order = Point.CURVE().n;
const pointBytes = 32;

/** Ed25519 in JavaScript: the only primitives that a device needs outside of a round. */
export const portableEd25519: Primitives['ed25519'] = {
  signingKey: seed => ({
    publicKey: ed25519.getPublicKey(seed),
    sign: message => ed25519.sign(message, seed),
  }),
  verify(publicKey, message, signature) {
    if (!isSoundKey(publicKey) || !isSoundSignature(signature)) return false;
    const rBytes = signature.subarray(0, pointBytes);
    try {
      const key = Point.fromBytes(publicKey, false);
      const r = Point.fromBytes(rBytes, false);
      const challenge = littleEndian(sha512(concatBytes(rBytes, publicKey, message))) % order;
      const sum = littleEndian(signature.subarray(pointBytes));
      // The library's own `verify` multiplies by the cofactor, and so accepts signatures that OpenSSL does
      // not.
      return r.add(key.multiply(challenge, false)).subtract(Point.BASE.multiply(sum, false)).is0();
    } catch {
      return false; // the key or R is no point
    }
  },
};

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(Uint8Array.from(bytes).reverse())}`);
}
