import { put, take } from './lanes';
import {
  channels,
  filterHeight,
  filterWidth,
  height,
  left,
  outHeight,
  outWidth,
  strideHeight,
  strideWidth,
  top,
  width,
} from './window';

// Padding is no part of a window: it is neither the highest value nor counted in a mean.

/**
 * Highest value of each window; of equal values the first wins, and a NaN is higher than all.
 * @param x `[batch, height, width, channels]`.
 * @param y `[batch, outHeight, outWidth, channels]`: out.
 * @param places like y: out, the index of each highest value within its window, row by row.
 */
export function maxPool(window: usize, batch: i32, x: usize, y: usize, places: usize): void {
  pool(window, batch, x, y, places, true);
}

/** Mean of each window; x and y as for `maxPool`. */
export function averagePool(window: usize, batch: i32, x: usize, y: usize): void {
  pool(window, batch, x, y, 0, false);
}

/** Adds each dy to the place of the highest value of its window. The host clears `dx` before. */
export function maxPoolGradient(window: usize, batch: i32, dy: usize, places: usize, dx: usize): void {
  spread(window, batch, dy, places, dx, true);
}

/** Adds to each value's gradient its share of the means that it went into. The host clears `dx` before. */
export function averagePoolGradient(window: usize, batch: i32, dy: usize, dx: usize): void {
  spread(window, batch, dy, 0, dx, false);
}

// @ts-expect-error: decorator
@inline
function pool(window: usize, batch: i32, x: usize, y: usize, places: usize, highest: bool): void {
  const pixel = <usize>channels(window) << 2;
  const line = <usize>width(window) * pixel;
  for (let number = 0; number < batch * outHeight(window); number++) {
    const image = x + <usize>(number / outHeight(window)) * <usize>height(window) * line;
    const y0 = (number % outHeight(window)) * strideHeight(window) - top(window);
    const firstRow = max(0, -y0);
    const endRow = min(filterHeight(window), height(window) - y0);
    for (let column = 0; column < outWidth(window); column++, y += pixel, places += pixel) {
      const x0 = column * strideWidth(window) - left(window);
      const firstTap = max(0, -x0);
      const endTap = min(filterWidth(window), width(window) - x0);
      const corner = image + <usize>(y0 + firstRow) * line + <usize>(x0 + firstTap) * pixel;
      const count = f32x4.splat(<f32>((endRow - firstRow) * (endTap - firstTap)));
      for (let c = channels(window), at: usize = 0; c > 0; c -= 4, at += 16) {
        let result = highest ? take(corner + at, c) : f32x4.splat(0);
        let place = i32x4.splat(firstRow * filterWidth(window) + firstTap);
        let from = corner + at;
        for (let row = firstRow; row < endRow; row++, from += line) {
          let next = from;
          for (let tap = firstTap; tap < endTap; tap++, next += pixel) {
            const value = take(next, c);
            if (highest) {
              // Written with ≥ instead of <, so that a NaN is taken and stays.
              const stays = v128.or(f32x4.ge(result, value), f32x4.ne(result, result));
              result = v128.bitselect(result, value, stays);
              place = v128.bitselect(place, i32x4.splat(row * filterWidth(window) + tap), stays);
            } else result = f32x4.add(result, value);
          }
        }
        put(y + at, highest ? result : f32x4.div(result, count), c);
        if (highest) put(places + at, place, c);
      }
    }
  }
}

// @ts-expect-error: decorator
@inline
function spread(window: usize, batch: i32, dy: usize, places: usize, dx: usize, highest: bool): void {
  const pixel = <usize>channels(window) << 2;
  const line = <usize>width(window) * pixel;
  for (let number = 0; number < batch * outHeight(window); number++) {
    const image = dx + <usize>(number / outHeight(window)) * <usize>height(window) * line;
    const y0 = (number % outHeight(window)) * strideHeight(window) - top(window);
    const firstRow = max(0, -y0);
    const endRow = min(filterHeight(window), height(window) - y0);
    for (let column = 0; column < outWidth(window); column++, dy += pixel, places += pixel) {
      const x0 = column * strideWidth(window) - left(window);
      const firstTap = max(0, -x0);
      const endTap = min(filterWidth(window), width(window) - x0);
      const part = f32x4.splat(<f32>1 / <f32>((endRow - firstRow) * (endTap - firstTap)));
      let from = image + <usize>(y0 + firstRow) * line + <usize>(x0 + firstTap) * pixel;
      for (let row = firstRow; row < endRow; row++, from += line) {
        let to = from;
        for (let tap = firstTap; tap < endTap; tap++, to += pixel) {
          const here = i32x4.splat(highest ? row * filterWidth(window) + tap : 0);
          for (let c = channels(window), at: usize = 0; c > 0; c -= 4, at += 16) {
            if (highest) {
              const chosen = i32x4.eq(take(places + at, c), here);
              put(to + at, f32x4.add(take(to + at, c), v128.and(take(dy + at, c), chosen)), c);
            } else put(to + at, f32x4.add(take(to + at, c), f32x4.mul(take(dy + at, c), part)), c);
          }
        }
      }
    }
  }
}
