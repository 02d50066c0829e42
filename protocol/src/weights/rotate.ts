import { chacha20 } from '@noble/ciphers/chacha.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../encoding/bytes.ts';
import { hadamard } from './hadamard.ts';

/**
 * Randomised Hadamard rotation: random signs, then an orthonormal Walsh–Hadamard transform. It spreads a
 * vector's energy evenly over its coordinates, so that few bits per coordinate quantise it well (Suresh et
 * al. 2017, §4).
 *
 * A transform needs a power of two of coordinates, 2^k, the largest that fits: one covers the first 2^k, a
 * second one, with signs of its own, the last 2^k. So every length is rotated without padding, and a
 * coordinate has a variance of at most norm² / 2^k, wherever the energy of the vector was.
 */

/** Rotates a vector in place; both sides derive the signs from `seed`. */
export function rotate(vector: Float32Array, seed: string): void {
  const { transform, scaleSigned } = hadamard();
  for (const [pass, part] of passes(vector).entries()) {
    scaleSigned(part, signs(part.length, seed, pass), normal(part));
    transform(part);
  }
}

/** Reverses `rotate`. */
export function rotateBack(vector: Float32Array, seed: string): void {
  const { transform, scaleSigned } = hadamard();
  for (const [pass, part] of [...passes(vector).entries()].reverse()) {
    transform(part);
    scaleSigned(part, signs(part.length, seed, pass), normal(part));
  }
}

/** Factor that makes a transform orthonormal. */
const normal = ({ length }: Float32Array) => 1 / Math.sqrt(length);

/** Parts that the passes transform; a length that is a power of two needs only one. */
function passes(vector: Float32Array): Float32Array[] {
  const length = 2 ** Math.floor(Math.log2(vector.length));
  const first = vector.subarray(0, length);
  return length === vector.length ? [first] : [first, vector.subarray(vector.length - length)];
}

/**
 * Cache of the last signs, for the passes of one rotation: devices that share a process rotate by the seed of
 * one round, one after the other.
 */
const latest = new Map<string, Uint8Array>();
const passesOfOne = 2;

/**
 * Draws one bit a value from ChaCha20 under SHA-256("murmuration/rotation " ‖ seed), with the pass in the
 * nonce: public, but not chosen.
 */
function signs(length: number, seed: string, pass: number): Uint8Array {
  const name = `${pass} ${length} ${seed}`;
  const known = latest.get(name);
  if (known) return known;
  const bytes = new Uint8Array(Math.ceil(length / 8));
  const nonce = Uint8Array.of(pass, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  chacha20(sha256(utf8(`murmuration/rotation ${seed}`)), nonce, bytes, bytes);
  if (latest.size === passesOfOne) latest.clear();
  latest.set(name, bytes);
  return bytes;
}
