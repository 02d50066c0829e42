import { endianness } from 'node:os';

/** Returns the bytes of a vector's blob: float32, little-endian. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength).slice();
  return endianness() === 'LE' ? bytes : Buffer.from(bytes.buffer).swap32();
}
