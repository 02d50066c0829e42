import {
  type Cipher,
  createCipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hash,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import { MurmurationError } from '../errors/errors.ts';
import { byKernels } from '../kernels/instantiate.ts';
import { kernelAccumulator, scalarAccumulator } from './accumulator.ts';
import { portable, sealingKeyOf } from './portable.ts';
import type { Accumulator, AgreementKey, Keystream, Primitives } from './primitives.ts';
import { isSoundKey, isSoundSignature } from './sound-keys.ts';

type Curve = 'Ed25519' | 'X25519';

const blockBytes = 64;
const noSalt = new Uint8Array(0);
/** PKCS #8 prefix of the 32 bytes of a secret key (RFC 8410, §7). */
const beforeSecret: Readonly<Record<Curve, Uint8Array>> = {
  Ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
  X25519: Buffer.from('302e020100300506032b656e04220420', 'hex'),
};

const encode = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');

/**
 * Cache of imported public keys, by curve and key: the keys of a round recur, and an import takes a quarter
 * of an agreement.
 */
const imported = new Map<string, KeyObject>();
const mostImported = 4_096;

function importPublicKey(curve: Curve, publicKey: Uint8Array): KeyObject {
  const x = encode(publicKey);
  const name = `${curve} ${x}`;
  let key = imported.get(name);
  if (!key) {
    key = createPublicKey({ key: { kty: 'OKP', crv: curve, x }, format: 'jwk' });
    if (imported.size >= mostImported) imported.clear();
    imported.set(name, key);
  }
  return key;
}

/** True if importing DER is slow: Node 20 takes ten times as long for it as for a JSON web key. */
const hasSlowDer = Number.parseInt(process.versions.node, 10) < 22;
/**
 * Placeholder public key of a JSON web key: Node 20 ignores it, and Node 24.22 refuses one that is not the
 * secret's.
 */
const ignored = encode(new Uint8Array(32));

function importSecretKey(curve: Curve, secret: Uint8Array): KeyObject {
  if (hasSlowDer) {
    const key = { kty: 'OKP', crv: curve, x: ignored, d: encode(secret) };
    return createPrivateKey({ key, format: 'jwk' });
  }
  const key = Buffer.concat([beforeSecret[curve], secret]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

// A binary string from a hash takes a third of the time of a buffer, which has memory of its own.
function bytesOf(binary: string): Uint8Array {
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array => {
  const code = createHmac('sha256', key);
  for (const part of parts) code.update(part);
  return code.digest();
};

/**
 * HKDF (RFC 5869), step by step: half the time of `hkdfSync`, which makes a job and a key object for each
 * call.
 */
function hkdf(key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  const pseudorandom = hmac(noSalt, key);
  const output = new Uint8Array(length);
  let block: Uint8Array = noSalt;
  for (let at = 0, count = 1; at < length; at += block.length, count++) {
    block = hmac(pseudorandom, block, info, Uint8Array.of(count));
    output.set(block.subarray(0, length - at), at);
  }
  return output;
}

function publicBytes(secretKey: KeyObject): Uint8Array {
  return new Uint8Array(Buffer.from(createPublicKey(secretKey).export({ format: 'jwk' }).x!, 'base64url'));
}

/** Port whose other end is closed: buffers transferred to it are freed. */
const sink = new MessageChannel().port1;
sink.close();

/**
 * Frees memory at once: empties `buffer` and every view of it. For repeated large allocations, which a
 * garbage collector finds late and with much work.
 */
export function freeMemory(buffer: ArrayBuffer): void {
  sink.postMessage(null, [buffer]);
}

/** Zeros that ciphers encrypt to get their key streams; shared, and as long as the longest piece so far. */
let zeros = new Uint8Array(0);

class CipherStream implements Keystream {
  readonly #cipher: Cipher;
  #given: ArrayBuffer | undefined;

  constructor(key: Uint8Array, counter: number) {
    const iv = new Uint8Array(16);
    new DataView(iv.buffer).setUint32(0, counter, true);
    this.#cipher = createCipheriv('chacha20', key, iv);
  }

  next(blocks: number): Uint8Array {
    this.release();
    if (zeros.length < blocks * blockBytes) zeros = new Uint8Array(blocks * blockBytes);
    const { buffer, byteOffset, length } = this.#cipher.update(zeros.subarray(0, blocks * blockBytes));
    this.#given = buffer as ArrayBuffer;
    return new Uint8Array(buffer, byteOffset, length);
  }

  /**
   * Frees the last result of `next`: left to the garbage collector, masks of 30 MB would cost half as much
   * again as their streams do.
   */
  release(): void {
    if (this.#given) freeMemory(this.#given);
    this.#given = undefined;
  }
}

/** Maximum bytes of a stream that the kernels finish sooner than a cipher is set up: 16 KiB. */
const shortStream = 16_384;

/**
 * Creates an accumulator on OpenSSL's cipher, which expands a long stream more than twice as fast as the
 * kernels do, and on the kernels' addition. Uses JavaScript if kernels are unavailable.
 */
export function cipherAccumulator(): Accumulator {
  return byKernels(
    () => {
      const kernels = kernelAccumulator();
      return {
        block: kernels.block,
        add(key, counter, count, bytes, sign) {
          if (count * bytes <= shortStream) {
            kernels.add(key, counter, count, bytes, sign);
            return;
          }
          const stream = new CipherStream(key, counter);
          kernels.addStream(stream, count, bytes, sign);
          stream.release();
        },
        clear: kernels.clear,
      };
    },
    () => scalarAccumulator(native.keystream),
  );
}

let accumulator: Accumulator | undefined;

/** Primitives of Node's OpenSSL, byte for byte those of `portable`. */
export const native: Primitives = {
  sha256: message => bytesOf(hash('sha256', message, 'binary')),
  hkdf,

  ed25519: {
    signingKey(seed) {
      const key = importSecretKey('Ed25519', seed);
      return { publicKey: publicBytes(key), sign: message => new Uint8Array(sign(null, message, key)) };
    },
    verify(publicKey, message, signature) {
      if (!isSoundKey(publicKey) || !isSoundSignature(signature)) return false;
      return verify(null, message, importPublicKey('Ed25519', publicKey), signature);
    },
  },

  x25519: {
    agreementKey(secret): AgreementKey {
      const privateKey = importSecretKey('X25519', secret);
      const agree = (peerPublicKey: Uint8Array) => {
        const publicKey = importPublicKey('X25519', peerPublicKey);
        try {
          return diffieHellman({ privateKey, publicKey });
        } catch (cause) {
          // OpenSSL refuses an all-zero secret; nothing else can fail with 32 bytes.
          throw new MurmurationError('crypto.low-order', undefined, { cause });
        }
      };
      return {
        publicKey: publicBytes(privateKey),
        agree,
        sealingKey: peerPublicKey => sealingKeyOf(agree(peerPublicKey)),
      };
    },
  },

  seal: portable.seal,
  open: portable.open,

  keystream: (key, counter) => new CipherStream(key, counter),

  accumulator() {
    accumulator ??= cipherAccumulator();
    return accumulator;
  },
};
