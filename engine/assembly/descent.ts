import { put, take } from './lanes';

// Optimiser steps in place, in one pass over weights and gradients. `scale` clips: it multiplies the gradient
// first.

/** w −= rate · g. */
export function sgd(count: i32, w: usize, g: usize, rate: f32): void {
  const r = f32x4.splat(rate);
  for (let left = count; left > 0; left -= 4, w += 16, g += 16)
    put(w, f32x4.sub(take(w, left), f32x4.mul(r, take(g, left))), left);
}

/** Row `rows[i]` of w −= rate · row `i` of g; `count` rows of `width`. */
export function sgdRows(count: i32, width: i32, rows: usize, w: usize, g: usize, rate: f32): void {
  const row = (<usize>width) << 2;
  for (let i = 0; i < count; i++, g += row)
    sgd(width, w + <usize>load<i32>(rows + ((<usize>i) << 2)) * row, g, rate);
}

/** g += strength · (w − anchor): the proximal pull (Li et al. 2020, §3.2). */
export function pull(count: i32, w: usize, anchor: usize, g: usize, strength: f32): void {
  const s = f32x4.splat(strength);
  for (let left = count; left > 0; left -= 4, w += 16, anchor += 16, g += 16) {
    const distance = f32x4.sub(take(w, left), take(anchor, left));
    put(g, f32x4.add(take(g, left), f32x4.mul(s, distance)), left);
  }
}

/** w −= rate · (g + strength · (w − anchor)): descent and proximal pull in one pass. */
export function proximalSgd(count: i32, w: usize, anchor: usize, g: usize, rate: f32, strength: f32): void {
  const r = f32x4.splat(rate);
  const s = f32x4.splat(strength);
  for (let left = count; left > 0; left -= 4, w += 16, anchor += 16, g += 16) {
    const value = take(w, left);
    const distance = f32x4.sub(value, take(anchor, left));
    const step = f32x4.add(take(g, left), f32x4.mul(s, distance));
    put(w, f32x4.sub(value, f32x4.mul(r, step)), left);
  }
}

/** v = momentum · v + scale · g; w −= rate · v, or rate · (scale · g + momentum · v) if `nesterov`. */
export function momentum(
  count: i32,
  w: usize,
  g: usize,
  v: usize,
  rate: f32,
  scale: f32,
  keep: f32,
  nesterov: bool,
): void {
  const r = f32x4.splat(rate);
  const c = f32x4.splat(scale);
  const m = f32x4.splat(keep);
  for (let left = count; left > 0; left -= 4, w += 16, g += 16, v += 16) {
    const gradient = f32x4.mul(c, take(g, left));
    const velocity = f32x4.add(f32x4.mul(m, take(v, left)), gradient);
    put(v, velocity, left);
    const step = nesterov ? f32x4.add(gradient, f32x4.mul(m, velocity)) : velocity;
    put(w, f32x4.sub(take(w, left), f32x4.mul(r, step)), left);
  }
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1): m and v are the moving means of g and g². `unbias1` = 1 / (1 −
 * beta1^t), `unbias2` likewise.
 */
export function adam(
  count: i32,
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  rate: f32,
  scale: f32,
  beta1: f32,
  beta2: f32,
  unbias1: f32,
  unbias2: f32,
  epsilon: f32,
): void {
  const one = f32x4.splat(1.0);
  const r = f32x4.splat(rate);
  const c = f32x4.splat(scale);
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const u1 = f32x4.splat(unbias1);
  const u2 = f32x4.splat(unbias2);
  const e = f32x4.splat(epsilon);
  for (let left = count; left > 0; left -= 4, w += 16, g += 16, m += 16, v += 16) {
    const gradient = f32x4.mul(c, take(g, left));
    const mean = f32x4.add(f32x4.mul(b1, take(m, left)), f32x4.mul(f32x4.sub(one, b1), gradient));
    const square = f32x4.mul(gradient, gradient);
    const spread = f32x4.add(f32x4.mul(b2, take(v, left)), f32x4.mul(f32x4.sub(one, b2), square));
    put(m, mean, left);
    put(v, spread, left);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(spread, u2)), e);
    put(w, f32x4.sub(take(w, left), f32x4.mul(r, f32x4.div(f32x4.mul(mean, u1), root))), left);
  }
}
