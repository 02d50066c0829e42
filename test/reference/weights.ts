// Rings, packing, rotation and quantisation a second time: slow, short, on big integers and float64, by the rules of
// protocol/SPEC.md and with nothing of protocol/src.
import { createCipheriv, createHash } from 'node:crypto';

/** SA1: the elements as one little-endian bit string. */
export function packBits(elements: readonly bigint[], width: number): Uint8Array {
  const ring = 1n << BigInt(width);
  let bits = 0n;
  for (const [i, element] of elements.entries())
    bits |= (((element % ring) + ring) % ring) << BigInt(i * width);
  const bytes = Uint8Array.from({ length: Math.ceil((elements.length * width) / 8) }, (_, i) =>
    Number((bits >> BigInt(8 * i)) & 255n),
  );
  return bytes;
}

/** SA1: the representative of a sum from −2^(w−1) to 2^(w−1) − 1. */
export function centred(sum: bigint, width: number): bigint {
  return BigInt.asIntN(width, sum);
}

/** QU1: the rotation as matrices, entry by entry: H[i][j] = (−1)^(bits that i and j share) / √length. */
export function rotated(values: readonly number[], seed: string): number[] {
  const length = 2 ** Math.floor(Math.log2(values.length));
  const starts = length === values.length ? [0] : [0, values.length - length];
  const key = createHash('sha256').update(`murmuration/rotation ${seed}`).digest();
  return starts.reduce(
    (vector, start, pass) => {
      // Node's IV is the block counter, 4 bytes, then the nonce.
      const iv = Buffer.from([0, 0, 0, 0, pass, ...new Array(11).fill(0)]);
      const stream = createCipheriv('chacha20', key, iv).update(Buffer.alloc(Math.ceil(length / 8)));
      const signed = vector.map((value, at) => {
        const bit = at - start;
        return bit >= 0 && bit < length && (stream[bit >> 3]! >> (bit & 7)) & 1 ? -value : value;
      });
      return signed.map((value, at) => {
        const row = at - start;
        if (row < 0 || row >= length) return value;
        let sum = 0;
        for (let column = 0; column < length; column++)
          sum += signed[start + column]! * (parity(row & column) ? -1 : 1);
        return sum / Math.sqrt(length);
      });
    },
    [...values],
  );
}

function parity(bits: number): boolean {
  let odd = false;
  for (let rest = bits; rest > 0; rest >>= 1) if (rest & 1) odd = !odd;
  return odd;
}

/** QU3: what a value becomes on average: itself, as long as it is within the range. */
export function expectation(value: number, step: number, largest: number): number {
  return Math.max(-largest, Math.min(largest, value / step));
}
