// Vectors of four floats whose last one may be partly filled.

/** Loads four floats, or only `left` if fewer are left; the others are 0. */
// @ts-expect-error: decorator
@inline
export function take(from: usize, left: i32): v128 {
  return left >= 4 ? v128.load(from) : takePart(from, left);
}

/** Stores four floats, or only the first `left` of them. */
// @ts-expect-error: decorator
@inline
export function put(to: usize, values: v128, left: i32): void {
  if (left >= 4) v128.store(to, values);
  else putPart(to, values, left);
}

function takePart(from: usize, left: i32): v128 {
  let values = f32x4.splat(0);
  if (left > 0) values = v128.load_lane<f32>(from, values, 0);
  if (left > 1) values = v128.load_lane<f32>(from, values, 1, 4);
  if (left > 2) values = v128.load_lane<f32>(from, values, 2, 8);
  return values;
}

function putPart(to: usize, values: v128, left: i32): void {
  if (left > 0) v128.store_lane<f32>(to, values, 0);
  if (left > 1) v128.store_lane<f32>(to, values, 1, 4);
  if (left > 2) v128.store_lane<f32>(to, values, 2, 8);
}

/** Converts the last two floats to doubles; `f64x2.promote_low_f32x4` converts the first two. */
// @ts-expect-error: decorator
@inline
export function promoteHigh(values: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(values, values, 2, 3, 2, 3));
}

/** Sum of the four floats, in a fixed order. */
// @ts-expect-error: decorator
@inline
export function total(values: v128): f32 {
  return (
    f32x4.extract_lane(values, 0) +
    f32x4.extract_lane(values, 1) +
    (f32x4.extract_lane(values, 2) + f32x4.extract_lane(values, 3))
  );
}

/**
 * sum + x · y with two roundings, the same on every machine. The second build has relaxed SIMD and uses the
 * machine's fused instruction, which rounds once or twice.
 */
// @ts-expect-error: decorator
@inline
export function madd(sum: v128, x: v128, y: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(x, y, sum) : f32x4.add(sum, f32x4.mul(x, y));
}
