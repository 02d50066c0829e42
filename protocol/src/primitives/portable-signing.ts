import * as ed25519 from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import type { Primitives } from './primitives.ts';

// Without it this library signs and verifies only asynchronously.
ed25519.hashes.sha512 = sha512;

/** Ed25519 in JavaScript: all of the primitives that a device needs outside of a round. */
export const portableEd25519: Primitives['ed25519'] = {
  signingKey: seed => ({
    publicKey: ed25519.getPublicKey(seed),
    sign: message => ed25519.sign(message, seed),
  }),
  verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  },
};
