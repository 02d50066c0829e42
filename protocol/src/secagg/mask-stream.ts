import { ByteWriter } from '../encoding/bytes.ts';
import type { Primitives } from '../primitives/primitives.ts';
import { bindInGraph, type GraphContext } from './context.ts';

/** Masks to add to a vector, laid out so that a worker thread gets them as two buffers. */
export interface Masks {
  /** Keys of the mask streams, 32 bytes each, one after the other. */
  readonly keys: Uint8Array;
  /** 1 adds the stream, −1 subtracts it. */
  readonly signs: Int8Array;
}

const keyBytes = 32;
/** Multiple of elements that fills whole blocks of a stream for every word size. */
const elementsTogether = 64;

/** Derives the key of a device's self mask from its seed (32 bytes). */
export function selfMaskKey(context: GraphContext, seed: Uint8Array): Uint8Array {
  return context.primitives.hkdf(seed, bindInGraph(context, 'self mask'), keyBytes);
}

/**
 * Derives the key of the mask of two devices from their numbers and the shared secret of their masking keys
 * (32 bytes).
 */
export function pairMaskKey(
  context: GraphContext,
  device: number,
  peer: number,
  agreed: Uint8Array,
): Uint8Array {
  const numbers = new ByteWriter(8).u32(Math.min(device, peer)).u32(Math.max(device, peer)).bytes;
  return context.primitives.hkdf(agreed, bindInGraph(context, 'pair mask', numbers), keyBytes);
}

/** Sign of a pair mask: the device with the smaller index adds what the other subtracts. */
export const pairSign = (index: number, peer: number): 1 | -1 => (index < peer ? 1 : -1);

export function collectMasks(count: number, mask: (i: number) => { key: Uint8Array; sign: 1 | -1 }): Masks {
  const masks = { keys: new Uint8Array(count * keyBytes), signs: new Int8Array(count) };
  for (let i = 0; i < count; i++) {
    const { key, sign } = mask(i);
    masks.keys.set(key, i * keyBytes);
    masks.signs[i] = sign;
  }
  return masks;
}

/** Concatenates the masks of all parts, in memory of `allocate`. */
export function concatMasks(
  parts: readonly Masks[],
  allocate: (bytes: number) => ArrayBufferLike = bytes => new ArrayBuffer(bytes),
): Masks {
  const count = parts.reduce((sum, { signs }) => sum + signs.length, 0);
  const keys = new Uint8Array(allocate(keyBytes * count));
  const signs = new Int8Array(allocate(count));
  let at = 0;
  for (const part of parts) {
    keys.set(part.keys, keyBytes * at);
    signs.set(part.signs, at);
    at += part.signs.length;
  }
  return { keys, signs };
}

/**
 * Adds the mask streams (ChaCha20, as little-endian words of ⌈width/8⌉ bytes) to elements [`from`, `to`) of
 * `vector`, in place, modulo 2^width: higher bits have no meaning afterwards. Element i takes word i of every
 * stream wherever the range begins, so ranges can be masked separately, in any order, on any thread. Needs
 * 320 KiB in addition to the vector.
 */
export function applyMasks(
  primitives: Primitives,
  vector: Int32Array | Uint32Array,
  { keys, signs }: Masks,
  width: number,
  from = 0,
  to = vector.length,
): void {
  const accumulator = primitives.accumulator();
  const { block } = accumulator;
  const bytes = Math.ceil(width / 8);
  for (let start = from - (from % elementsTogether); start < to; start += block.length) {
    const end = Math.min(start + block.length, to);
    const part = vector.subarray(Math.max(start, from), end);
    block.set(part, Math.max(from - start, 0));
    const count = Math.ceil((end - start) / elementsTogether) * elementsTogether;
    const counter = (start / elementsTogether) * bytes;
    for (let mask = 0; mask < signs.length; mask++) {
      const key = keys.subarray(mask * keyBytes, (mask + 1) * keyBytes);
      accumulator.add(key, counter, count, bytes, signs[mask] as 1 | -1);
    }
    part.set(block.subarray(Math.max(from - start, 0), end - start));
  }
  accumulator.clear();
}
