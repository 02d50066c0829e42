/**
 * Adds `sign` (1 or −1) times the unsigned words of `bytes` bytes (1 to 4) at `from` to the 32-bit words from
 * `target` to `end`, 16 at a time. Reads up to 4 bytes beyond the last one.
 */
export function addWords(target: usize, end: usize, from: usize, bytes: i32, sign: i32): void {
  const minus = i32x4.splat(sign >> 31);
  if (bytes === 1)
    for (; target < end; target += 64, from += 16) {
      const words = v128.load(from);
      const low = i16x8.extend_low_i8x16_u(words);
      const high = i16x8.extend_high_i8x16_u(words);
      addFour(target, i32x4.extend_low_i16x8_u(low), minus);
      addFour(target + 16, i32x4.extend_high_i16x8_u(low), minus);
      addFour(target + 32, i32x4.extend_low_i16x8_u(high), minus);
      addFour(target + 48, i32x4.extend_high_i16x8_u(high), minus);
    }
  else if (bytes === 2)
    for (; target < end; target += 64, from += 32) {
      const low = v128.load(from);
      const high = v128.load(from, 16);
      addFour(target, i32x4.extend_low_i16x8_u(low), minus);
      addFour(target + 16, i32x4.extend_high_i16x8_u(low), minus);
      addFour(target + 32, i32x4.extend_low_i16x8_u(high), minus);
      addFour(target + 48, i32x4.extend_high_i16x8_u(high), minus);
    }
  else if (bytes === 3)
    for (; target < end; target += 64, from += 48) {
      addFour(target, ofThreeBytes(v128.load(from)), minus);
      addFour(target + 16, ofThreeBytes(v128.load(from, 12)), minus);
      addFour(target + 32, ofThreeBytes(v128.load(from, 24)), minus);
      addFour(target + 48, ofThreeBytes(v128.load(from, 36)), minus);
    }
  else
    for (; target < end; target += 64, from += 64) {
      addFour(target, v128.load(from), minus);
      addFour(target + 16, v128.load(from, 16), minus);
      addFour(target + 32, v128.load(from, 32), minus);
      addFour(target + 48, v128.load(from, 48), minus);
    }
}

/** Zero-extends the first four words of three bytes; an index outside the vector gives zero. */
// @ts-expect-error: decorator
@inline
function ofThreeBytes(words: v128): v128 {
  return i8x16.swizzle(words, i8x16(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
}

/** Adds four words, or subtracts them if `minus` has all bits set. */
// @ts-expect-error: decorator
@inline
function addFour(target: usize, words: v128, minus: v128): void {
  const signed = i32x4.sub(v128.xor(words, minus), minus);
  v128.store(target, i32x4.add(v128.load(target), signed));
}
