/**
 * Adds `count` packed signed integers of `width` bits (2 to 32) to the words at `sum`, modulo 2³², and
 * returns the bitwise OR of all integers + `half`. Reads up to 16 bytes beyond the last one. Overwrites the
 * 64 bytes at `scratch`.
 */
export function addPacked(count: i32, width: i32, half: i32, from: usize, sum: usize, scratch: usize): i32 {
  return accumulate(count, width, half, from, sum, scratch, false);
}

/** Subtracts what `addPacked` added. */
export function subtractPacked(count: i32, width: i32, from: usize, sum: usize, scratch: usize): void {
  accumulate(count, width, 0, from, sum, scratch, true);
}

/**
 * Eight integers of w bits take w bytes, so their bit offsets repeat. If each lies within four bytes, a
 * shuffle puts these bytes into a lane. Lanes can't shift by different amounts, so a multiplication moves the
 * integer to the top of its lane.
 */
// @ts-expect-error: decorator
@inline
function accumulate(
  count: i32,
  width: i32,
  half: i32,
  from: usize,
  sum: usize,
  scratch: usize,
  subtracts: bool,
): i32 {
  const isWithinFourBytes = width <= 26 || width === 28 || width === 32;
  const eights = isWithinFourBytes ? count >> 3 : 0;
  let seen = i32x4.splat(0);
  if (eights > 0) {
    const second = <usize>(width >> 1);
    place(width, 0, 0, scratch);
    place(width, 4, <i32>second, scratch + 32);
    const bytes0 = v128.load(scratch);
    const factors0 = v128.load(scratch, 16);
    const bytes1 = v128.load(scratch, 32);
    const factors1 = v128.load(scratch, 48);
    const halves = i32x4.splat(half);
    const top = 32 - width;
    for (let i = 0; i < eights; i++, from += width, sum += 32) {
      const a = i32x4.shr_s(i32x4.mul(i8x16.swizzle(v128.load(from), bytes0), factors0), top);
      const b = i32x4.shr_s(i32x4.mul(i8x16.swizzle(v128.load(from + second), bytes1), factors1), top);
      seen = v128.or(seen, v128.or(i32x4.add(a, halves), i32x4.add(b, halves)));
      v128.store(sum, plus(v128.load(sum), a, subtracts));
      v128.store(sum, plus(v128.load(sum, 16), b, subtracts), 16);
    }
  }
  let all =
    i32x4.extract_lane(seen, 0) |
    i32x4.extract_lane(seen, 1) |
    i32x4.extract_lane(seen, 2) |
    i32x4.extract_lane(seen, 3);
  const left = 64 - width;
  const bits = (count - (eights << 3)) * width;
  for (let bit = 0; bit < bits; bit += width, sum += 4) {
    const eight = load<i64>(from + <usize>(bit >> 3)) >> (bit & 7);
    const value = <i32>((eight << left) >> left);
    all |= value + half;
    store<i32>(sum, load<i32>(sum) + (subtracts ? -value : value));
  }
  return all;
}

// @ts-expect-error: decorator
@inline
function plus(a: v128, b: v128, subtracts: bool): v128 {
  return subtracts ? i32x4.sub(a, b) : i32x4.add(a, b);
}

/**
 * Prepares four integers from the `first` on: their bytes, counted from byte `base`, and the factors that
 * move them to the top.
 */
function place(width: i32, first: i32, base: i32, to: usize): void {
  for (let lane = 0; lane < 4; lane++) {
    const bit = (first + lane) * width;
    for (let byte = 0; byte < 4; byte++)
      store<u8>(to + <usize>(4 * lane + byte), <u8>((bit >> 3) - base + byte));
    store<i32>(to + <usize>(16 + 4 * lane), 1 << (32 - width - (bit & 7)));
  }
}
