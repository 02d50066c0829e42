/** Floats of a block that stays in a core's first cache: 16 KiB. */
const blockLength: i32 = 4096;

/**
 * Walsh–Hadamard transform in place, not normalised, of `count` floats (a power of two, at least 4). Each
 * output comes from the same additions, each rounded to float32, whatever order they run in.
 */
export function transform(count: i32, x: usize): void {
  const block = min(count, blockLength);
  for (let at = x, end = x + (<usize>count << 2); at < end; at += <usize>block << 2) {
    lanes(block, at);
    butterflies(block, at, 4);
  }
  if (count > block) butterflies(count, x, block);
}

/** Stages with strides of 1 and 2 floats. */
function lanes(count: i32, x: usize): void {
  const odd = i32x4(0, 0x80000000, 0, 0x80000000);
  const upper = i32x4(0, 0, 0x80000000, 0x80000000);
  for (const end = x + (<usize>count << 2); x < end; x += 16) {
    let v = v128.load(x);
    v = f32x4.add(v128.shuffle<i32>(v, v, 1, 0, 3, 2), v128.xor(v, odd));
    v = f32x4.add(v128.shuffle<i32>(v, v, 2, 3, 0, 1), v128.xor(v, upper));
    v128.store(x, v);
  }
}

/**
 * Stages with strides from `half` floats (a multiple of 4) up to half of all floats; takes two at a time to
 * halve the memory reads.
 */
export function butterflies(count: i32, x: usize, half: i32): void {
  const end = x + (<usize>count << 2);
  for (; half << 2 <= count; half <<= 2) {
    const step = <usize>half << 2;
    for (let at = x; at < end; at += 4 * step) {
      for (let i = at, stop = at + step; i < stop; i += 16) {
        const a = v128.load(i);
        const b = v128.load(i + step);
        const c = v128.load(i + 2 * step);
        const d = v128.load(i + 3 * step);
        const e = f32x4.add(a, b);
        const f = f32x4.sub(a, b);
        const g = f32x4.add(c, d);
        const h = f32x4.sub(c, d);
        v128.store(i, f32x4.add(e, g));
        v128.store(i + step, f32x4.add(f, h));
        v128.store(i + 2 * step, f32x4.sub(e, g));
        v128.store(i + 3 * step, f32x4.sub(f, h));
      }
    }
  }
  if (half == count) return;
  const step = <usize>half << 2;
  for (let i = x, stop = x + step; i < stop; i += 16) {
    const a = v128.load(i);
    const b = v128.load(i + step);
    v128.store(i, f32x4.add(a, b));
    v128.store(i + step, f32x4.sub(a, b));
  }
}

/** Multiplies `count` floats (a multiple of 32) by `factor`, and negates those whose bit at `signs` is 1. */
export function scaleSigned(count: i32, x: usize, signs: usize, factor: f32): void {
  const f = f32x4.splat(factor);
  const ones = i32x4(1, 2, 4, 8);
  for (const end = x + (<usize>count << 2); x < end; signs += 4) {
    const word = v128.load32_splat(signs);
    for (let bit = 0; bit < 32; bit += 4, x += 16) {
      const isZero = i32x4.eq(v128.and(word, i32x4.shl(ones, bit)), i32x4.splat(0));
      const flips = v128.andnot(i32x4.splat(0x80000000), isZero);
      v128.store(x, v128.xor(f32x4.mul(v128.load(x), f), flips));
    }
  }
}
