import { chacha20 } from '@noble/ciphers/chacha.js';
import { hsalsa } from '@noble/ciphers/salsa.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import nacl from 'tweetnacl';
import { MurmurationError } from '../errors/errors.ts';
import { byKernels } from '../kernels/instantiate.ts';
import { kernelAccumulator, scalarAccumulator } from './accumulator.ts';
import { portableEd25519 } from './portable-signing.ts';
import type { Accumulator, AgreementKey, Primitives } from './primitives.ts';

const blockBytes = 64;
const zeroNonce = new Uint8Array(12);
const hsalsaInput = new Uint32Array(4);
// 'expand 32-byte k' as little-endian words.
const hsalsaConstant = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);

/** HSalsa20 of an X25519 secret: the last step of NaCl's `crypto_box_beforenm`. */
export function sealingKeyOf(sharedSecret: Uint8Array): Uint8Array {
  const key = new Uint32Array(8);
  hsalsa(hsalsaConstant, new Uint32Array(new Uint8Array(sharedSecret).buffer), hsalsaInput, key);
  return new Uint8Array(key.buffer);
}

let accumulator: Accumulator | undefined;

/** Primitives in JavaScript and, if available, WebAssembly, for browsers and every other platform. */
export const portable: Primitives = {
  sha256: message => sha256(message),
  hkdf: (key, info, length) => hkdf(sha256, key, undefined, info, length),

  ed25519: portableEd25519,

  x25519: {
    agreementKey(secret): AgreementKey {
      const agree = (peerPublicKey: Uint8Array) => {
        const shared = nacl.scalarMult(secret, peerPublicKey);
        if (shared.every(byte => byte === 0)) throw new MurmurationError('crypto.low-order');
        return shared;
      };
      return {
        publicKey: nacl.scalarMult.base(secret),
        agree,
        sealingKey: peerPublicKey => sealingKeyOf(agree(peerPublicKey)),
      };
    },
  },

  seal: (message, nonce, key) => nacl.secretbox(message, nonce, key),
  open: (box, nonce, key) => nacl.secretbox.open(box, nonce, key) ?? undefined,

  keystream(key, counter) {
    let block = counter;
    let zeros = new Uint8Array(0);
    let stream = zeros;
    return {
      next(blocks) {
        if (stream.length !== blocks * blockBytes) {
          zeros = new Uint8Array(blocks * blockBytes);
          stream = new Uint8Array(blocks * blockBytes);
        }
        chacha20(key, zeroNonce, zeros, stream, block);
        block += blocks;
        return stream;
      },
    };
  },

  accumulator() {
    accumulator ??= byKernels(kernelAccumulator, () => scalarAccumulator(portable.keystream));
    return accumulator;
  },
};
