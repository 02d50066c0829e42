// Left rotations of each word. Rotations by whole bytes are byte shuffles.

// @ts-expect-error: decorator
@inline
function left16(x: v128): v128 {
  return i8x16.swizzle(x, i8x16(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
}

// @ts-expect-error: decorator
@inline
function left12(x: v128): v128 {
  return v128.or(i32x4.shl(x, 12), i32x4.shr_u(x, 20));
}

// @ts-expect-error: decorator
@inline
function left8(x: v128): v128 {
  return i8x16.swizzle(x, i8x16(3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14));
}

// @ts-expect-error: decorator
@inline
function left7(x: v128): v128 {
  return v128.or(i32x4.shl(x, 7), i32x4.shr_u(x, 25));
}

/** Stores four successive words of each of four blocks; each input vector has one word of every block. */
// @ts-expect-error: decorator
@inline
function storeColumns(target: usize, a: v128, b: v128, c: v128, d: v128): void {
  const e = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const f = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const g = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const h = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<i64>(e, g, 0, 2));
  v128.store(target, v128.shuffle<i64>(e, g, 1, 3), 64);
  v128.store(target, v128.shuffle<i64>(f, h, 0, 2), 128);
  v128.store(target, v128.shuffle<i64>(f, h, 1, 3), 192);
}

/**
 * Writes `blocks` blocks of the ChaCha20 key stream (RFC 8439 §2.3) to `target`: of the 32 bytes at `key`,
 * under the zero nonce, from block `counter` on. Computes four blocks at once, one in each lane, and so
 * writes up to three more.
 */
export function expand(key: usize, counter: u32, target: usize, blocks: i32): void {
  // "expand 32-byte k"
  const c0 = i32x4.splat(0x61707865);
  const c1 = i32x4.splat(0x3320646e);
  const c2 = i32x4.splat(0x79622d32);
  const c3 = i32x4.splat(0x6b206574);
  let counters = i32x4.add(i32x4.splat(counter), i32x4(0, 1, 2, 3));
  for (; blocks > 0; blocks -= 4) {
    let x0 = c0;
    let x1 = c1;
    let x2 = c2;
    let x3 = c3;
    let x4 = v128.load32_splat(key, 0);
    let x5 = v128.load32_splat(key, 4);
    let x6 = v128.load32_splat(key, 8);
    let x7 = v128.load32_splat(key, 12);
    let x8 = v128.load32_splat(key, 16);
    let x9 = v128.load32_splat(key, 20);
    let x10 = v128.load32_splat(key, 24);
    let x11 = v128.load32_splat(key, 28);
    let x12 = counters;
    let x13 = i32x4.splat(0);
    let x14 = i32x4.splat(0);
    let x15 = i32x4.splat(0);
    // A column round, then a diagonal round.
    for (let round = 0; round < 20; round += 2) {
      x0 = i32x4.add(x0, x4); x12 = left16(v128.xor(x12, x0));
      x8 = i32x4.add(x8, x12); x4 = left12(v128.xor(x4, x8));
      x0 = i32x4.add(x0, x4); x12 = left8(v128.xor(x12, x0));
      x8 = i32x4.add(x8, x12); x4 = left7(v128.xor(x4, x8));
      x1 = i32x4.add(x1, x5); x13 = left16(v128.xor(x13, x1));
      x9 = i32x4.add(x9, x13); x5 = left12(v128.xor(x5, x9));
      x1 = i32x4.add(x1, x5); x13 = left8(v128.xor(x13, x1));
      x9 = i32x4.add(x9, x13); x5 = left7(v128.xor(x5, x9));
      x2 = i32x4.add(x2, x6); x14 = left16(v128.xor(x14, x2));
      x10 = i32x4.add(x10, x14); x6 = left12(v128.xor(x6, x10));
      x2 = i32x4.add(x2, x6); x14 = left8(v128.xor(x14, x2));
      x10 = i32x4.add(x10, x14); x6 = left7(v128.xor(x6, x10));
      x3 = i32x4.add(x3, x7); x15 = left16(v128.xor(x15, x3));
      x11 = i32x4.add(x11, x15); x7 = left12(v128.xor(x7, x11));
      x3 = i32x4.add(x3, x7); x15 = left8(v128.xor(x15, x3));
      x11 = i32x4.add(x11, x15); x7 = left7(v128.xor(x7, x11));
      x0 = i32x4.add(x0, x5); x15 = left16(v128.xor(x15, x0));
      x10 = i32x4.add(x10, x15); x5 = left12(v128.xor(x5, x10));
      x0 = i32x4.add(x0, x5); x15 = left8(v128.xor(x15, x0));
      x10 = i32x4.add(x10, x15); x5 = left7(v128.xor(x5, x10));
      x1 = i32x4.add(x1, x6); x12 = left16(v128.xor(x12, x1));
      x11 = i32x4.add(x11, x12); x6 = left12(v128.xor(x6, x11));
      x1 = i32x4.add(x1, x6); x12 = left8(v128.xor(x12, x1));
      x11 = i32x4.add(x11, x12); x6 = left7(v128.xor(x6, x11));
      x2 = i32x4.add(x2, x7); x13 = left16(v128.xor(x13, x2));
      x8 = i32x4.add(x8, x13); x7 = left12(v128.xor(x7, x8));
      x2 = i32x4.add(x2, x7); x13 = left8(v128.xor(x13, x2));
      x8 = i32x4.add(x8, x13); x7 = left7(v128.xor(x7, x8));
      x3 = i32x4.add(x3, x4); x14 = left16(v128.xor(x14, x3));
      x9 = i32x4.add(x9, x14); x4 = left12(v128.xor(x4, x9));
      x3 = i32x4.add(x3, x4); x14 = left8(v128.xor(x14, x3));
      x9 = i32x4.add(x9, x14); x4 = left7(v128.xor(x4, x9));
    }
    storeColumns(target, i32x4.add(x0, c0), i32x4.add(x1, c1), i32x4.add(x2, c2), i32x4.add(x3, c3));
    x4 = i32x4.add(x4, v128.load32_splat(key, 0));
    x5 = i32x4.add(x5, v128.load32_splat(key, 4));
    x6 = i32x4.add(x6, v128.load32_splat(key, 8));
    x7 = i32x4.add(x7, v128.load32_splat(key, 12));
    storeColumns(target + 16, x4, x5, x6, x7);
    x8 = i32x4.add(x8, v128.load32_splat(key, 16));
    x9 = i32x4.add(x9, v128.load32_splat(key, 20));
    x10 = i32x4.add(x10, v128.load32_splat(key, 24));
    x11 = i32x4.add(x11, v128.load32_splat(key, 28));
    storeColumns(target + 32, x8, x9, x10, x11);
    storeColumns(target + 48, i32x4.add(x12, counters), x13, x14, x15);
    target += 256;
    counters = i32x4.add(counters, i32x4.splat(4));
  }
}
