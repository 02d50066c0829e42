/**
 * Float with the bits of a binary32, for conversions to 16-bit floats (IEEE 754-2019 binary16), which are
 * given as their bits.
 */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Value of a half-precision number. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1_024) * 2 ** (exponent - 15);
}

/** Bits of the half-precision number nearest to `value`, ties to even; infinite from 65,520 on. */
export function numberToHalf(value: number): number {
  // Rounding to 24 bits first may land between two halves, where rounding again would be wrong: a sticky last
  // bit keeps the rest.
  float[0] = value;
  let single = bits[0] ?? 0;
  const rounded = float[0] ?? 0;
  if (rounded !== value && Number.isFinite(rounded)) {
    if (Math.abs(rounded) > Math.abs(value)) single -= 1;
    single |= 1;
  }
  const sign = (single >>> 16) & 0x8000;
  const exponent = (single >>> 23) & 0xff;
  const fraction = single & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const target = exponent - 127 + 15;
  if (target >= 31) return sign | 0x7c00;
  if (target <= 0) {
    if (target < -10) return sign;
    return sign | rounding(fraction | 0x800000, 14 - target);
  }
  // A fraction that rounds up past its ten bits correctly raises the exponent.
  return sign | ((target << 10) + rounding(fraction, 13));
}

/** Removes the last `shift` bits of `value`, rounded to the nearest, ties to even. */
function rounding(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
