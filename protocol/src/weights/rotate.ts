import { chacha20 } from '@noble/ciphers/chacha.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8 } from '../bytes.ts';

/**
 * Randomised Hadamard rotation: random signs, then an orthonormal Walsh–Hadamard transform. It spreads a vector's
 * energy evenly over its coordinates, so that few bits per coordinate quantise it well (Suresh et al. 2017, §4).
 *
 * The vector is read as a matrix of 2^k rows and m columns and each column is transformed: neighbouring values, which
 * belong to the same row of a weight matrix, fall into different columns, and padding is 1/64 of the length at most
 * (64 values for short vectors) where one transform over the next power of two would pad to twice the length.
 */
export interface RotationShape {
  readonly rows: number;
  readonly columns: number;
  /** rows × columns, at least the length of the vector. */
  readonly length: number;
}

const largestLogRows = 16;

export function rotationShape(count: number): RotationShape {
  const allowed = Math.max(64, count / 64);
  for (let log = largestLogRows; ; log--) {
    const rows = 2 ** log;
    const columns = Math.ceil(count / rows);
    if (rows * columns - count <= allowed) return { rows, columns, length: rows * columns };
  }
}

/** Rotates a vector of `rotationShape(count).length` values in place; both sides derive the signs from `seed`. */
export function rotate(vector: Float32Array, shape: RotationShape, seed: string): void {
  flipSigns(vector, seed);
  hadamard(vector, shape);
}

/** The inverse of `rotate`. */
export function rotateBack(vector: Float32Array, shape: RotationShape, seed: string): void {
  hadamard(vector, shape);
  flipSigns(vector, seed);
}

/** One bit a value from ChaCha20 under SHA-256("murmuration/rotation" ‖ seed): the signs are public, but not chosen. */
function flipSigns(vector: Float32Array, seed: string): void {
  const words = new Uint32Array(Math.ceil(vector.length / 32));
  const bytes = new Uint8Array(words.buffer);
  chacha20(sha256(utf8(`murmuration/rotation ${seed}`)), new Uint8Array(12), bytes, bytes);
  const bits = new DataView(words.buffer);
  for (let word = 0; word < words.length; word++) {
    let signs = bits.getUint32(4 * word, true);
    const end = Math.min(vector.length, 32 * (word + 1));
    for (let i = 32 * word; i < end; i++) {
      if (signs & 1) vector[i] = -vector[i]!;
      signs >>>= 1;
    }
  }
}

/** All columns at once, two butterfly stages a pass, so that the vector is read from memory half as often. */
function hadamard(vector: Float32Array, { rows, columns, length }: RotationShape): void {
  let half = columns;
  if (Math.log2(rows) % 2 === 1) {
    for (let at = 0; at < length; at += 2 * columns) {
      for (let i = at; i < at + columns; i++) {
        const a = vector[i]!;
        const b = vector[i + columns]!;
        vector[i] = a + b;
        vector[i + columns] = a - b;
      }
    }
    half = 2 * columns;
  }
  for (; half < length; half *= 4) {
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
  const scale = 1 / Math.sqrt(rows);
  for (let i = 0; i < length; i++) vector[i] = vector[i]! * scale;
}
