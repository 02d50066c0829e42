/**
 * Replaces each of `count` floats (a multiple of 4) by ⌊x / step + (noise + ½) / 65,536⌋, clamped to
 * ±`largest`, times `weight`, as a 32-bit integer. The noise has 16 bits for each float.
 */
export function round(
  count: i32,
  x: usize,
  noise: usize,
  step: f64,
  largest: f64,
  weight: i32,
): void {
  const steps = f64x2.splat(step);
  const top = f64x2.splat(largest);
  const bottom = f64x2.splat(-largest);
  const weights = i32x4.splat(weight);
  for (const end = x + (<usize>count << 2); x < end; x += 16, noise += 8) {
    const drawn = i32x4.extend_low_i16x8_u(v128.load64_zero(noise));
    const low = rounded(x, drawn, steps, bottom, top);
    const high = rounded(x + 8, v128.shuffle<i32>(drawn, drawn, 2, 3, 2, 3), steps, bottom, top);
    v128.store(x, i32x4.mul(v128.shuffle<i64>(low, high, 0, 2), weights));
  }
}

/** Rounds two floats; the result is in the lower half. */
// @ts-expect-error: decorator
@inline
function rounded(x: usize, drawn: v128, step: v128, bottom: v128, top: v128): v128 {
  // The drawn numbers are below 2¹⁶, so their sign bit doesn't matter; pmin and pmax ignore NaN rules and are
  // one instruction each.
  const part = f64x2.mul(f64x2.add(f64x2.convert_low_i32x4_s(drawn), f64x2.splat(0.5)), f64x2.splat(1.0 / 65536.0));
  const value = f64x2.floor(f64x2.add(f64x2.div(f64x2.promote_low_f32x4(v128.load64_zero(x)), step), part));
  return i32x4.trunc_sat_f64x2_s_zero(f64x2.pmax(f64x2.pmin(value, top), bottom));
}
