import { put, take } from './lanes';
import { channels, filterHeight, filterWidth, height, left, outHeight, outWidth, top, width } from './window';

// Convolutions of stride 1 after Winograd 1980 and Lavin & Gray 2016. Tiles of 6 × 6 pixels and filters are
// evaluated at the points 0, 1, −1, 2, −2 and ∞ in each direction, multiplied point by point (one matrix
// product for each of the 36 points), and interpolated. A filter of r taps, 2 to 5, makes 7 − r outputs of a
// tile: 36 products replace 100 for 5 × 5 taps, and 144 for 3 × 3. The gradient of the filter works alike,
// with taps and outputs exchanged.
// A row of tiles is numbered by its image and its place in it. Transformed values are `[36, tiles of the
// block, channels]`.
// `temporary` has room for 36 vectors.

/** Bytes of a vector, and of six. */
const ONE: usize = 16;
const SIX: usize = 96;

/** Zeroes six vectors; `memory.fill` would take longer. */
// @ts-expect-error: decorator
@inline
function clear(to: usize): void {
  const none = f32x4.splat(0);
  v128.store(to, none);
  v128.store(to, none, 16);
  v128.store(to, none, 32);
  v128.store(to, none, 48);
  v128.store(to, none, 64);
  v128.store(to, none, 80);
}

/**
 * Evaluates six pixels, `step` bytes apart, at the six points: coefficients of the products of x − p over all
 * other points p.
 */
// @ts-expect-error: decorator
@inline
function pixels(from: usize, step: usize, to: usize, toStep: usize, count: i32): void {
  const d0 = v128.load(from);
  const d1 = v128.load(from + step);
  const d2 = v128.load(from + 2 * step);
  const d3 = v128.load(from + 3 * step);
  const d4 = v128.load(from + 4 * step);
  const d5 = v128.load(from + 5 * step);
  const four = f32x4.splat(4);
  const five = f32x4.splat(5);
  const even1 = f32x4.sub(d4, f32x4.mul(four, d2));
  const odd1 = f32x4.sub(d3, f32x4.mul(four, d1));
  const even2 = f32x4.sub(d4, d2);
  const gap = f32x4.sub(d3, d1);
  const odd2 = f32x4.add(gap, gap);
  put(to, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4), count);
  put(to + toStep, f32x4.add(even1, odd1), count);
  put(to + 2 * toStep, f32x4.sub(even1, odd1), count);
  put(to + 3 * toStep, f32x4.add(even2, odd2), count);
  put(to + 4 * toStep, f32x4.sub(even2, odd2), count);
  put(to + 5 * toStep, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5), count);
}

/**
 * Evaluates `number` taps, `step` bytes apart, at the six points, divided by the products of p − q for all
 * other points q.
 */
// @ts-expect-error: decorator
@inline
function taps(
  number: i32,
  from: usize,
  step: usize,
  fromCount: i32,
  to: usize,
  toStep: usize,
  count: i32,
): void {
  const none = f32x4.splat(0);
  const four = f32x4.splat(4);
  const g0 = take(from, fromCount);
  const g1 = take(from + step, fromCount);
  const g2 = number > 2 ? take(from + 2 * step, fromCount) : none;
  const g3 = number > 3 ? take(from + 3 * step, fromCount) : none;
  const g4 = number > 4 ? take(from + 4 * step, fromCount) : none;
  const even1 = f32x4.add(f32x4.add(g0, g2), g4);
  const odd1 = f32x4.add(g1, g3);
  const even2 = f32x4.add(g0, f32x4.mul(four, f32x4.add(g2, f32x4.mul(four, g4))));
  const half2 = f32x4.add(g1, f32x4.mul(four, g3));
  const odd2 = f32x4.add(half2, half2);
  const sixth = f32x4.splat(<f32>(-1.0 / 6.0));
  const small = f32x4.splat(<f32>(1.0 / 24.0));
  put(to, f32x4.mul(f32x4.splat(0.25), g0), count);
  put(to + toStep, f32x4.mul(sixth, f32x4.add(even1, odd1)), count);
  put(to + 2 * toStep, f32x4.mul(sixth, f32x4.sub(even1, odd1)), count);
  put(to + 3 * toStep, f32x4.mul(small, f32x4.add(even2, odd2)), count);
  put(to + 4 * toStep, f32x4.mul(small, f32x4.sub(even2, odd2)), count);
  put(to + 5 * toStep, number > 4 ? g4 : number > 3 ? g3 : number > 2 ? g2 : g1, count);
}

/**
 * Interpolates `number` outputs, `toStep` bytes apart, from the products at the six points, which are `step`
 * bytes apart.
 */
// @ts-expect-error: decorator
@inline
function outputs(number: i32, from: usize, step: usize, count: i32, to: usize, toStep: usize): void {
  const m1 = take(from + step, count);
  const m2 = take(from + 2 * step, count);
  const m3 = take(from + 3 * step, count);
  const m4 = take(from + 4 * step, count);
  const m5 = take(from + 5 * step, count);
  const sum1 = f32x4.add(m1, m2);
  const gap1 = f32x4.sub(m1, m2);
  const sum2 = f32x4.add(m3, m4);
  const gap2 = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(take(from, count), f32x4.add(sum1, sum2)));
  const second = f32x4.add(gap1, f32x4.add(gap2, gap2));
  v128.store(to + toStep, number == 2 ? f32x4.add(second, m5) : second);
  if (number == 2) return;
  const third = f32x4.add(sum1, f32x4.mul(f32x4.splat(4), sum2));
  v128.store(to + 2 * toStep, number == 3 ? f32x4.add(third, m5) : third);
  if (number == 3) return;
  const fourth = f32x4.add(gap1, f32x4.mul(f32x4.splat(8), gap2));
  v128.store(to + 3 * toStep, number == 4 ? f32x4.add(fourth, m5) : fourth);
  if (number == 4) return;
  v128.store(to + 4 * toStep, f32x4.add(f32x4.add(sum1, f32x4.mul(f32x4.splat(16), sum2)), m5));
}

/** Transforms rows of tiles of images `x` `[batch, height, width, channels]`. */
export function winogradImages(
  window: usize,
  first: i32,
  rows: i32,
  x: usize,
  to: usize,
  temporary: usize,
): void {
  const stepY = 7 - filterHeight(window);
  const stepX = 7 - filterWidth(window);
  const down = (outHeight(window) + stepY - 1) / stepY;
  const across = (outWidth(window) + stepX - 1) / stepX;
  const pixel = <usize>channels(window) << 2;
  const line = <usize>width(window) * pixel;
  const point = <usize>(rows * across) * pixel;
  for (let number = first; number < first + rows; number++) {
    const image = x + <usize>(number / down) * <usize>height(window) * line;
    const y0 = (number % down) * stepY - top(window);
    for (let tile = 0; tile < across; tile++, to += pixel) {
      const x0 = tile * stepX - left(window);
      const firstPixel = max(0, -x0);
      const endPixel = min(6, width(window) - x0);
      for (let c = channels(window), at: usize = 0; c > 0; c -= 4, at += ONE) {
        for (let i = 0, row = temporary; i < 6; i++, row += SIX) {
          const y = y0 + i;
          if (endPixel - firstPixel < 6 || y < 0 || y >= height(window)) clear(row);
          if (y < 0 || y >= height(window)) continue;
          let from = image + <usize>y * line + <usize>(x0 + firstPixel) * pixel + at;
          for (let j = firstPixel; j < endPixel; j++, from += pixel)
            v128.store(row + <usize>j * ONE, take(from, c));
          pixels(row, ONE, row, ONE, 4);
        }
        for (let j: usize = 0; j < 6; j++)
          pixels(temporary + j * ONE, SIX, to + j * point + at, 6 * point, c);
      }
    }
  }
}

/**
 * Transforms a filter `[filterHeight, filterWidth, channels, filters]` to `[36, channels, filters]`. If
 * `turned`, it is rotated by 180°, as the gradient of the images needs it.
 */
export function winogradFilter(
  window: usize,
  filters: i32,
  turned: bool,
  filter: usize,
  to: usize,
  temporary: usize,
): void {
  const high = filterHeight(window);
  const wide = filterWidth(window);
  const row = <usize>filters << 2;
  const plane = <usize>channels(window) * row;
  // Steps to the left and up are negative: they wrap around.
  const stepX = turned ? 0 - plane : plane;
  const stepY = stepX * <usize>wide;
  if (turned) filter += <usize>(high * wide - 1) * plane;
  for (let channel = 0; channel < channels(window); channel++, filter += row, to += row) {
    for (let left = filters, at: usize = 0; left > 0; left -= 4, at += ONE) {
      for (let i: usize = 0; i < <usize>high; i++)
        taps(wide, filter + i * stepY + at, stepX, left, temporary + i * SIX, ONE, 4);
      for (let j: usize = 0; j < 6; j++)
        taps(high, temporary + j * ONE, SIX, 4, to + j * plane + at, 6 * plane, left);
    }
  }
}

/**
 * Writes rows of tiles of outputs from products `[36, tiles, filters]`: `y` `[batch, outHeight, outWidth,
 * filters]`, plus a bias if its address is not 0.
 */
export function winogradOutputs(
  window: usize,
  filters: i32,
  first: i32,
  rows: i32,
  products: usize,
  bias: usize,
  y: usize,
  temporary: usize,
): void {
  const stepY = 7 - filterHeight(window);
  const stepX = 7 - filterWidth(window);
  const down = (outHeight(window) + stepY - 1) / stepY;
  const across = (outWidth(window) + stepX - 1) / stepX;
  const pixel = <usize>filters << 2;
  const line = <usize>outWidth(window) * pixel;
  const point = <usize>(rows * across) * pixel;
  for (let number = first; number < first + rows; number++) {
    const y0 = (number % down) * stepY;
    const place = y + (<usize>(number / down) * <usize>outHeight(window) + <usize>y0) * line;
    const high = min(stepY, outHeight(window) - y0);
    for (let tile = 0; tile < across; tile++, products += pixel) {
      const x0 = tile * stepX;
      const wide = min(stepX, outWidth(window) - x0);
      for (let left = filters, at: usize = 0; left > 0; left -= 4, at += ONE) {
        for (let i: usize = 0; i < 6; i++)
          outputs(stepX, products + 6 * i * point + at, point, left, temporary + i * SIX, ONE);
        const start = bias != 0 ? take(bias + at, left) : f32x4.splat(0);
        for (let j = 0; j < wide; j++) {
          const column = temporary + <usize>j * ONE;
          outputs(stepY, column, SIX, 4, column, SIX);
          let to = place + <usize>(x0 + j) * pixel + at;
          for (let i = 0; i < high; i++, to += line)
            put(to, f32x4.add(v128.load(column + <usize>i * SIX), start), left);
        }
      }
    }
  }
}

/** Transforms rows of tiles of output gradients as taps, for the gradient of the filter. */
export function winogradGradients(
  window: usize,
  filters: i32,
  first: i32,
  rows: i32,
  dy: usize,
  to: usize,
  temporary: usize,
): void {
  const stepY = 7 - filterHeight(window);
  const stepX = 7 - filterWidth(window);
  const down = (outHeight(window) + stepY - 1) / stepY;
  const across = (outWidth(window) + stepX - 1) / stepX;
  const pixel = <usize>filters << 2;
  const line = <usize>outWidth(window) * pixel;
  const point = <usize>(rows * across) * pixel;
  for (let number = first; number < first + rows; number++) {
    const y0 = (number % down) * stepY;
    const place = dy + (<usize>(number / down) * <usize>outHeight(window) + <usize>y0) * line;
    const high = min(stepY, outHeight(window) - y0);
    for (let tile = 0; tile < across; tile++, to += pixel) {
      const x0 = tile * stepX;
      const wide = min(stepX, outWidth(window) - x0);
      for (let left = filters, at: usize = 0; left > 0; left -= 4, at += ONE) {
        for (let i = 0, row = temporary; i < stepY; i++, row += SIX) {
          if (i >= high || wide < stepX) clear(row);
          if (i >= high) continue;
          let from = place + <usize>i * line + <usize>x0 * pixel + at;
          for (let j = 0; j < wide; j++, from += pixel) v128.store(row + <usize>j * ONE, take(from, left));
          taps(stepX, row, ONE, 4, row, ONE, 4);
        }
        for (let j: usize = 0; j < 6; j++)
          taps(stepY, temporary + j * ONE, SIX, 4, to + j * point + at, 6 * point, left);
      }
    }
  }
}

/** Gradient of a filter from its sums of products at all points `[36, channels, filters]`. */
export function winogradFilterGradients(
  window: usize,
  filters: i32,
  products: usize,
  to: usize,
  temporary: usize,
): void {
  const high = filterHeight(window);
  const wide = filterWidth(window);
  const row = <usize>filters << 2;
  const plane = <usize>channels(window) * row;
  for (let channel = 0; channel < channels(window); channel++, products += row, to += row) {
    for (let left = filters, at: usize = 0; left > 0; left -= 4, at += ONE) {
      for (let i: usize = 0; i < 6; i++)
        outputs(wide, products + 6 * i * plane + at, plane, left, temporary + i * SIX, ONE);
      for (let j = 0; j < wide; j++) {
        const column = temporary + <usize>j * ONE;
        outputs(high, column, SIX, 4, column, SIX);
        for (let i = 0; i < high; i++)
          put(to + <usize>(i * wide + j) * plane + at, v128.load(column + <usize>i * SIX), left);
      }
    }
  }
}
