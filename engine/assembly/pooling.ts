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

// Padding is no part of a window: what lies outside of the image is neither the highest value nor counted in a mean.

/**
 * The highest value of each window, and of equal ones the first; a NaN is higher than all.
 * @param x `[batch, height, width, channels]`. @param y `[batch, outHeight, outWidth, channels]`: out.
 * @param places like y: out, the number of each highest value within its window, row by row.
 */
export function maxPool(window: usize, batch: i32, x: usize, y: usize, places: usize): void {
  const pixel = <usize>channels(window) << 2;
  const line = <usize>width(window) * pixel;
  for (let number = 0; number < batch * outHeight(window); number++) {
    const image = x + <usize>(number / outHeight(window)) * <usize>height(window) * line;
    const y0 = (number % outHeight(window)) * strideHeight(window) - top(window);
    const firstRow = max(0, -y0);
    const endRow = min(filterHeight(window), height(window) - y0);
    for (let column = 0; column < outWidth(window); column++) {
      const x0 = column * strideWidth(window) - left(window);
      const firstTap = max(0, -x0);
      const endTap = min(filterWidth(window), width(window) - x0);
      const corner = image + <usize>(y0 + firstRow) * line + <usize>(x0 + firstTap) * pixel;
      for (let c = channels(window), at: usize = 0; c > 0; c -= 4, at += 16, y += 16, places += 16) {
        let best = take(corner + at, c);
        let place = i32x4.splat(firstRow * filterWidth(window) + firstTap);
        let from = corner + at;
        for (let row = firstRow; row < endRow; row++, from += line) {
          let next = from;
          for (let tap = firstTap; tap < endTap; tap++, next += pixel) {
            const value = take(next, c);
            // Not "higher than": a NaN is taken, and stays.
            const stays = v128.or(f32x4.ge(best, value), f32x4.ne(best, best));
            best = v128.bitselect(best, value, stays);
            place = v128.bitselect(place, i32x4.splat(row * filterWidth(window) + tap), stays);
          }
        }
        put(y, best, c);
        put(places, place, c);
      }
      // The last vector of a pixel may have been partly filled.
      const surplus = <usize>((4 - (channels(window) & 3)) & 3) << 2;
      y -= surplus;
      places -= surplus;
    }
  }
}

/** Adds each dy to where the highest value of its window stood; `dx` is as the host left it. */
export function maxPoolGradient(window: usize, batch: i32, dy: usize, places: usize, dx: usize): void {
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
      let from = image + <usize>(y0 + firstRow) * line + <usize>(x0 + firstTap) * pixel;
      for (let row = firstRow; row < endRow; row++, from += line) {
        let to = from;
        for (let tap = firstTap; tap < endTap; tap++, to += pixel) {
          const here = i32x4.splat(row * filterWidth(window) + tap);
          for (let c = channels(window), at: usize = 0; c > 0; c -= 4, at += 16) {
            const chosen = i32x4.eq(take(places + at, c), here);
            put(to + at, f32x4.add(take(to + at, c), v128.and(take(dy + at, c), chosen)), c);
          }
        }
      }
    }
  }
}

/** The mean of each window; x and y as for `maxPool`. */
export function averagePool(window: usize, batch: i32, x: usize, y: usize): void {
  const pixel = <usize>channels(window) << 2;
  const line = <usize>width(window) * pixel;
  for (let number = 0; number < batch * outHeight(window); number++) {
    const image = x + <usize>(number / outHeight(window)) * <usize>height(window) * line;
    const y0 = (number % outHeight(window)) * strideHeight(window) - top(window);
    const firstRow = max(0, -y0);
    const endRow = min(filterHeight(window), height(window) - y0);
    for (let column = 0; column < outWidth(window); column++, y += pixel) {
      const x0 = column * strideWidth(window) - left(window);
      const firstTap = max(0, -x0);
      const endTap = min(filterWidth(window), width(window) - x0);
      const corner = image + <usize>(y0 + firstRow) * line + <usize>(x0 + firstTap) * pixel;
      const count = f32x4.splat(<f32>((endRow - firstRow) * (endTap - firstTap)));
      for (let c = channels(window), at: usize = 0; c > 0; c -= 4, at += 16) {
        let sum = f32x4.splat(0);
        let from = corner + at;
        for (let row = firstRow; row < endRow; row++, from += line) {
          let next = from;
          for (let tap = firstTap; tap < endTap; tap++, next += pixel) sum = f32x4.add(sum, take(next, c));
        }
        put(y + at, f32x4.div(sum, count), c);
      }
    }
  }
}

/** Adds to each value's gradient its part of the means that it went into; `dx` is as the host left it. */
export function averagePoolGradient(window: usize, batch: i32, dy: usize, dx: usize): void {
  const pixel = <usize>channels(window) << 2;
  const line = <usize>width(window) * pixel;
  for (let number = 0; number < batch * outHeight(window); number++) {
    const image = dx + <usize>(number / outHeight(window)) * <usize>height(window) * line;
    const y0 = (number % outHeight(window)) * strideHeight(window) - top(window);
    const firstRow = max(0, -y0);
    const endRow = min(filterHeight(window), height(window) - y0);
    for (let column = 0; column < outWidth(window); column++, dy += pixel) {
      const x0 = column * strideWidth(window) - left(window);
      const firstTap = max(0, -x0);
      const endTap = min(filterWidth(window), width(window) - x0);
      let from = image + <usize>(y0 + firstRow) * line + <usize>(x0 + firstTap) * pixel;
      const part = f32x4.splat(<f32>1 / <f32>((endRow - firstRow) * (endTap - firstTap)));
      for (let row = firstRow; row < endRow; row++, from += line) {
        let to = from;
        for (let tap = firstTap; tap < endTap; tap++, to += pixel) {
          for (let c = channels(window), at: usize = 0; c > 0; c -= 4, at += 16)
            put(to + at, f32x4.add(take(to + at, c), f32x4.mul(take(dy + at, c), part)), c);
        }
      }
    }
  }
}
