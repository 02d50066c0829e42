import { promoteHigh, put, take } from './lanes';

// Batch normalisation (Ioffe & Szegedy 2015) over `rows` rows of `channels` values. Sums over rows are in
// doubles.

/**
 * Mean and variance of each column; the variance divides by `rows`, not by rows − 1. NaN if there are no
 * rows.
 */
export function moments(rows: i32, channels: i32, x: usize, mean: usize, variance: usize): void {
  const row = <usize>channels << 2;
  const count = f64x2.splat(<f64>rows);
  for (let c = channels; c > 0; c -= 4, x += 16, mean += 16, variance += 16) {
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let from = x;
    for (let i = 0; i < rows; i++, from += row) {
      const values = take(from, c);
      low = f64x2.add(low, f64x2.promote_low_f32x4(values));
      high = f64x2.add(high, promoteHigh(values));
    }
    const means = join(f64x2.div(low, count), f64x2.div(high, count));
    put(mean, means, c);
    low = f64x2.splat(0);
    high = f64x2.splat(0);
    from = x;
    for (let i = 0; i < rows; i++, from += row) {
      const gap = f32x4.sub(take(from, c), means);
      const square = f32x4.mul(gap, gap);
      low = f64x2.add(low, f64x2.promote_low_f32x4(square));
      high = f64x2.add(high, promoteHigh(square));
    }
    put(variance, join(f64x2.div(low, count), f64x2.div(high, count)), c);
  }
}

// @ts-expect-error: decorator
@inline
function join(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** y = gamma · (x − mean) · inverse + beta; address 0 for gamma or beta stands for 1 and 0. */
export function normalise(
  rows: i32,
  channels: i32,
  x: usize,
  mean: usize,
  inverse: usize,
  gamma: usize,
  beta: usize,
  y: usize,
): void {
  for (let i = 0; i < rows; i++) {
    for (let c = channels, at: usize = 0; c > 0; c -= 4, at += 16) {
      let scale = take(inverse + at, c);
      if (gamma != 0) scale = f32x4.mul(scale, take(gamma + at, c));
      let value = f32x4.mul(f32x4.sub(take(x + at, c), take(mean + at, c)), scale);
      if (beta != 0) value = f32x4.add(value, take(beta + at, c));
      put(y + at, value, c);
    }
    x += <usize>channels << 2;
    y += <usize>channels << 2;
  }
}

/**
 * Gradients of `normalise` when the statistics come from the same rows, so they depend on x too. `dx` may be
 * 0.
 * @param dgamma, dbeta `[channels]`: out, even without gamma and beta.
 */
export function normalisationGradient(
  rows: i32,
  channels: i32,
  x: usize,
  mean: usize,
  inverse: usize,
  gamma: usize,
  dy: usize,
  dgamma: usize,
  dbeta: usize,
  dx: usize,
): void {
  const row = <usize>channels << 2;
  for (let c = channels, at: usize = 0; c > 0; c -= 4, at += 16) {
    const center = take(mean + at, c);
    const scale = take(inverse + at, c);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let lowProduct = f64x2.splat(0);
    let highProduct = f64x2.splat(0);
    for (let i = 0, from = at; i < rows; i++, from += row) {
      const outputGradients = take(dy + from, c);
      const product = f32x4.mul(outputGradients, f32x4.mul(f32x4.sub(take(x + from, c), center), scale));
      low = f64x2.add(low, f64x2.promote_low_f32x4(outputGradients));
      high = f64x2.add(high, promoteHigh(outputGradients));
      lowProduct = f64x2.add(lowProduct, f64x2.promote_low_f32x4(product));
      highProduct = f64x2.add(highProduct, promoteHigh(product));
    }
    const sum = join(low, high);
    const sumOfProducts = join(lowProduct, highProduct);
    put(dbeta + at, sum, c);
    put(dgamma + at, sumOfProducts, c);
    if (dx == 0) continue;
    const part = f32x4.splat(<f32>1 / <f32>rows);
    const meanGradient = f32x4.mul(sum, part);
    const meanProduct = f32x4.mul(f32x4.mul(sumOfProducts, part), scale);
    let factor = scale;
    if (gamma != 0) factor = f32x4.mul(factor, take(gamma + at, c));
    for (let i = 0, from = at; i < rows; i++, from += row) {
      const gap = f32x4.sub(take(x + from, c), center);
      const outputGradients = f32x4.sub(f32x4.sub(take(dy + from, c), meanGradient), f32x4.mul(gap, meanProduct));
      put(dx + from, f32x4.mul(outputGradients, factor), c);
    }
  }
}
