import { chacha20 } from '@noble/ciphers/chacha.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../bytes.ts';

/**
 * Randomised Hadamard rotation: random signs, then an orthonormal Walsh–Hadamard transform. It spreads a vector's
 * energy evenly over its coordinates, so that few bits per coordinate quantise it well (Suresh et al. 2017, §4).
 *
 * A transform has a power of two of coordinates, 2^k, the largest that fits: one goes over the first 2^k, a second one, with
 * signs of its own, over the last 2^k. So every length is rotated as it is, without padding, and a coordinate has a variance of
 * at most norm² / 2^k, wherever the energy of the vector was.
 */

/** Rotates a vector in place; both sides derive the signs from `seed`. */
export function rotate(vector: Float32Array, seed: string): void {
  for (const [pass, part] of passes(vector).entries()) {
    flipSigns(part, seed, pass);
    hadamard(part);
  }
}

/** The inverse of `rotate`. */
export function rotateBack(vector: Float32Array, seed: string): void {
  for (const [pass, part] of [...passes(vector).entries()].reverse()) {
    hadamard(part);
    flipSigns(part, seed, pass);
  }
}

/** What each pass transforms; a length that is a power of two needs one alone. */
function passes(vector: Float32Array): Float32Array[] {
  const length = 2 ** Math.floor(Math.log2(vector.length));
  const first = vector.subarray(0, length);
  return length === vector.length ? [first] : [first, vector.subarray(vector.length - length)];
}

/** One bit a value from ChaCha20 under SHA-256("murmuration/rotation " ‖ seed), the pass in the nonce: public, but not chosen. */
function flipSigns(vector: Float32Array, seed: string, pass: number): void {
  const bytes = new Uint8Array(4 * Math.ceil(vector.length / 32));
  const nonce = Uint8Array.of(pass, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  chacha20(sha256(utf8(`murmuration/rotation ${seed}`)), nonce, bytes, bytes);
  const stream = new DataView(bytes.buffer);
  // The sign is the highest bit of a float32; a branch on random bits would be mispredicted half the time.
  const bits = new Int32Array(vector.buffer, vector.byteOffset, vector.length);
  for (let from = 0; from < bits.length; from += 32) {
    let signs = stream.getUint32(from / 8, true);
    const end = Math.min(bits.length, from + 32);
    for (let i = from; i < end; i++) {
      bits[i] = bits[i]! ^ (signs << 31);
      signs >>>= 1;
    }
  }
}

/** Two butterfly stages a pass, so that the vector is read from memory half as often. */
function hadamard(vector: Float32Array): void {
  const { length } = vector;
  const scale = 1 / Math.sqrt(length);
  for (let i = 0; i < length; i++) vector[i] = vector[i]! * scale;
  // The first pass by itself: the loop over `half` would cost more than its work.
  for (let i = 0; i + 4 <= length; i += 4) {
    const a = vector[i]!;
    const b = vector[i + 1]!;
    const c = vector[i + 2]!;
    const d = vector[i + 3]!;
    vector[i] = a + b + (c + d);
    vector[i + 1] = a - b + (c - d);
    vector[i + 2] = a + b - (c + d);
    vector[i + 3] = a - b - (c - d);
  }
  let half = length >= 4 ? 4 : 1;
  for (; 4 * half <= length; half *= 4) {
    for (let at = 0; at < length; at += 4 * half) {
      for (let i = at; i < at + half; i++) {
        const a = vector[i]!;
        const b = vector[i + half]!;
        const c = vector[i + 2 * half]!;
        const d = vector[i + 3 * half]!;
        vector[i] = a + b + (c + d);
        vector[i + half] = a - b + (c - d);
        vector[i + 2 * half] = a + b - (c + d);
        vector[i + 3 * half] = a - b - (c - d);
      }
    }
  }
  if (half === length) return;
  for (let i = 0; i < half; i++) {
    const a = vector[i]!;
    const b = vector[i + half]!;
    vector[i] = a + b;
    vector[i + half] = a - b;
  }
}
