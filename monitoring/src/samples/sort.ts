/** Length below which sorting by comparison is faster. */
const minRadixLength = 2_048;
const digitBits = 11;
const digitCount = 6;
const bucketCount = 1 << digitBits;
const mask = bucketCount - 1;
/** Index of the 32-bit word of a float64 that has its sign. */
const high = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * Sorts finite numbers in ascending order, in place, and returns them. It is a radix sort from the lowest
 * digit, several times as fast as comparison for long lists. A digit that all numbers share costs nothing.
 */
export function sortNumbers(values: Float64Array): Float64Array {
  const { length } = values;
  if (length < minRadixLength) return values.sort();
  const counts = new Uint32Array(digitCount * bucketCount);
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * length);
  for (let at = 0; at < length; at++) {
    const top = words[2 * at + high]!;
    const sign = top >> 31;
    // Flips bits such that numbers order like their bits: negative numbers have the greater bits the smaller
    // they are.
    const upper = (top ^ (sign | 0x8000_0000)) >>> 0;
    const lower = (words[2 * at + 1 - high]! ^ sign) >>> 0;
    for (let digit = 0; digit < digitCount; digit++)
      counts[digit * bucketCount + digitOf(upper, lower, digit * digitBits)]!++;
  }
  let from = values;
  let to: Float64Array = new Float64Array(length);
  for (let digit = 0; digit < digitCount; digit++) {
    const places = counts.subarray(digit * bucketCount, (digit + 1) * bucketCount);
    if (places.includes(length)) continue;
    let place = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const count = places[bucket]!;
      places[bucket] = place;
      place += count;
    }
    scatter(from, to, places, digit * digitBits);
    [from, to] = [to, from];
  }
  if (from !== values) values.set(from);
  return values;
}

function scatter(from: Float64Array, to: Float64Array, places: Uint32Array, shift: number): void {
  const words = new Uint32Array(from.buffer, from.byteOffset, 2 * from.length);
  for (let at = 0; at < from.length; at++) {
    const top = words[2 * at + high]!;
    const sign = top >> 31;
    const upper = (top ^ (sign | 0x8000_0000)) >>> 0;
    const lower = (words[2 * at + 1 - high]! ^ sign) >>> 0;
    to[places[digitOf(upper, lower, shift)]!++] = from[at]!;
  }
}

/** Returns the digit of a double word from bit `shift` on. */
function digitOf(upper: number, lower: number, shift: number): number {
  if (shift >= 32) return (upper >>> (shift - 32)) & mask;
  const own = lower >>> shift;
  return (shift + digitBits > 32 ? own | (upper << (32 - shift)) : own) & mask;
}
