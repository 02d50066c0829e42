import { put, take } from './lanes';

// Numbers of activations, the same as in the engine's TypeScript.
export const LINEAR = 0;
export const TANH = 1;
export const SIGMOID = 2;
export const HARD_SIGMOID = 3;
export const RELU = 4;

/**
 * e^x within 2 units of the last place, after Cephes' expf; 0 below −87, NaN for NaN. 2^n comes from the bits
 * that rounding by a large constant leaves; it is multiplied rather than added in, so that a NaN stays one.
 */
// @ts-expect-error: decorator
@inline
export function exp(x: v128): v128 {
  const clamped = f32x4.pmax(f32x4.pmin(x, f32x4.splat(88.3762626647949)), f32x4.splat(-87.0));
  const shift = f32x4.splat(12_582_912.0);
  const shifted = f32x4.add(f32x4.mul(clamped, f32x4.splat(1.44269504088896341)), shift);
  const n = f32x4.sub(shifted, shift);
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.add(r, f32x4.mul(n, f32x4.splat(2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1.0));
  const power = i32x4.shl(i32x4.add(i32x4.sub(shifted, shift), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(p, power), f32x4.lt(x, f32x4.splat(-87.0)));
}

/** Tanh by the rational approximation that Eigen uses, within a few units of the last place. */
// @ts-expect-error: decorator
@inline
function tanh(value: v128): v128 {
  const x = f32x4.pmax(f32x4.pmin(value, f32x4.splat(7.90531110763549805)), f32x4.splat(-7.90531110763549805));
  const x2 = f32x4.mul(x, x);
  let p = f32x4.splat(-2.76076847742355e-16);
  p = f32x4.add(f32x4.mul(p, x2), f32x4.splat(2.00018790482477e-13));
  p = f32x4.add(f32x4.mul(p, x2), f32x4.splat(-8.60467152213735e-11));
  p = f32x4.add(f32x4.mul(p, x2), f32x4.splat(5.12229709037114e-8));
  p = f32x4.add(f32x4.mul(p, x2), f32x4.splat(1.48572235717979e-5));
  p = f32x4.add(f32x4.mul(p, x2), f32x4.splat(6.37261928875436e-4));
  p = f32x4.add(f32x4.mul(p, x2), f32x4.splat(4.89352455891786e-3));
  let q = f32x4.splat(1.19825839466702e-6);
  q = f32x4.add(f32x4.mul(q, x2), f32x4.splat(1.18534705686654e-4));
  q = f32x4.add(f32x4.mul(q, x2), f32x4.splat(2.26843463243900e-3));
  q = f32x4.add(f32x4.mul(q, x2), f32x4.splat(4.89352518554385e-3));
  return f32x4.div(f32x4.mul(x, p), q);
}

// @ts-expect-error: decorator
@inline
export function activated(activation: i32, x: v128): v128 {
  if (activation == TANH) return tanh(x);
  if (activation == SIGMOID) {
    const one = f32x4.splat(1.0);
    return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
  }
  if (activation == HARD_SIGMOID) {
    const line = f32x4.add(f32x4.mul(x, f32x4.splat(0.2)), f32x4.splat(0.5));
    return f32x4.pmax(f32x4.pmin(line, f32x4.splat(1.0)), f32x4.splat(0.0));
  }
  if (activation == RELU) return f32x4.pmax(x, f32x4.splat(0.0));
  return x;
}

/** Derivative of the activation, computed from its value y. */
// @ts-expect-error: decorator
@inline
export function derivative(activation: i32, y: v128): v128 {
  const one = f32x4.splat(1.0);
  if (activation == TANH) return f32x4.sub(one, f32x4.mul(y, y));
  if (activation == SIGMOID) return f32x4.mul(y, f32x4.sub(one, y));
  const above = f32x4.gt(y, f32x4.splat(0.0));
  if (activation == HARD_SIGMOID)
    return v128.and(v128.and(above, f32x4.lt(y, one)), f32x4.splat(0.2));
  if (activation == RELU) return v128.and(above, one);
  return one;
}

/** x ← activation(x), `count` values. */
export function activate(activation: i32, count: i32, x: usize): void {
  if (activation == LINEAR) return;
  for (let left = count; left > 0; left -= 4, x += 16) put(x, activated(activation, take(x, left)), left);
}

/** dy ← dy · derivative at y, `count` values. */
export function activationGradient(activation: i32, count: i32, y: usize, dy: usize): void {
  if (activation == LINEAR) return;
  for (let left = count; left > 0; left -= 4, y += 16, dy += 16)
    put(dy, f32x4.mul(take(dy, left), derivative(activation, take(y, left))), left);
}
