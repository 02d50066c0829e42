/**
 * Returns the sum of the squares of `count` floats, within a few millionths, since blocks of 256 are summed
 * in float32. The result is infinite or NaN if a float is, or if a square exceeds the range of a float32;
 * squares that underflow a float32 count as 0.
 */
export function squares(count: i32, x: usize): f64 {
  let sum: f64 = 0;
  const end = x + (<usize>count << 2);
  const blocks = x + (<usize>(count & ~255) << 2);
  while (x < blocks) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    for (const stop = x + 1024; x < stop; x += 64) {
      a = f32x4.add(a, square(x));
      b = f32x4.add(b, square(x + 16));
      c = f32x4.add(c, square(x + 32));
      d = f32x4.add(d, square(x + 48));
    }
    a = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    sum += <f64>f32x4.extract_lane(a, 0) + <f64>f32x4.extract_lane(a, 1);
    sum += <f64>f32x4.extract_lane(a, 2) + <f64>f32x4.extract_lane(a, 3);
  }
  for (; x < end; x += 4) sum += <f64>(load<f32>(x) * load<f32>(x));
  return sum;
}

// @ts-expect-error: decorator
@inline
function square(x: usize): v128 {
  return f32x4.mul(v128.load(x), v128.load(x));
}

/** Adds weight · x to sum: `count` doubles at `sum`, `count` floats at `x`. */
export function multiplyAdd(count: i32, sum: usize, x: usize, weight: f64): void {
  const w = f64x2.splat(weight);
  const end = x + (<usize>count << 2);
  const fours = x + (<usize>(count & ~3) << 2);
  for (; x < fours; x += 16, sum += 32) {
    v128.store(sum, f64x2.add(v128.load(sum), product(x, w)));
    v128.store(sum, f64x2.add(v128.load(sum, 16), product(x + 8, w)), 16);
  }
  for (; x < end; x += 4, sum += 8) store<f64>(sum, load<f64>(sum) + weight * <f64>load<f32>(x));
}

/** Multiplies two floats by the weight; the result is two doubles. */
// @ts-expect-error: decorator
@inline
function product(x: usize, weight: v128): v128 {
  return f64x2.mul(weight, f64x2.promote_low_f32x4(v128.load64_zero(x)));
}
