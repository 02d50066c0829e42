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

// A row of windows is numbered by its image and its place in it: image · outHeight + row.

/**
 * Copies what each window of some rows sees, 0 for padding, one after the other: `[rows · outWidth, filterHeight, filterWidth,
 * channels]`.
 */
export function gatherPatches(window: usize, first: i32, rows: i32, x: usize, to: usize): void {
  const pixel = <usize>channels(window) << 2;
  const line = <usize>width(window) * pixel;
  const taps = filterWidth(window);
  const run = <usize>taps * pixel;
  for (let number = first; number < first + rows; number++) {
    const image = x + <usize>(number / outHeight(window)) * <usize>height(window) * line;
    const y0 = (number % outHeight(window)) * strideHeight(window) - top(window);
    for (let column = 0; column < outWidth(window); column++) {
      const x0 = column * strideWidth(window) - left(window);
      const before = <usize>min(taps, max(0, -x0)) * pixel;
      const after = <usize>min(taps, max(0, x0 + taps - width(window))) * pixel;
      const inside = run - min(run, before + after);
      for (let tap = 0; tap < filterHeight(window); tap++, to += run) {
        const y = y0 + tap;
        if (y < 0 || y >= height(window)) {
          memory.fill(to, 0, run);
          continue;
        }
        const from = image + <usize>y * line + <usize>max(0, x0) * pixel;
        if (inside < run) {
          memory.fill(to, 0, before);
          memory.fill(to + run - after, 0, after);
        }
        const at = to + before;
        for (let i: usize = 0; i < inside; i += 16) put(at + i, take(from + i, <i32>((inside - i) >> 2)), <i32>((inside - i) >> 2));
      }
    }
  }
}

/** The gradient of `gatherPatches`: adds what lies in patches to where it came from. */
export function addPatches(window: usize, first: i32, rows: i32, patches: usize, to: usize): void {
  const pixel = <usize>channels(window) << 2;
  const line = <usize>width(window) * pixel;
  const taps = filterWidth(window);
  const run = <usize>taps * pixel;
  for (let number = first; number < first + rows; number++) {
    const image = to + <usize>(number / outHeight(window)) * <usize>height(window) * line;
    const y0 = (number % outHeight(window)) * strideHeight(window) - top(window);
    for (let column = 0; column < outWidth(window); column++) {
      const x0 = column * strideWidth(window) - left(window);
      const before = <usize>min(taps, max(0, -x0)) * pixel;
      const after = <usize>min(taps, max(0, x0 + taps - width(window))) * pixel;
      const inside = run - min(run, before + after);
      for (let tap = 0; tap < filterHeight(window); tap++, patches += run) {
        const y = y0 + tap;
        if (y < 0 || y >= height(window)) continue;
        const at = image + <usize>y * line + <usize>max(0, x0) * pixel;
        const from = patches + before;
        for (let i: usize = 0; i < inside; i += 16) {
          const count = <i32>((inside - i) >> 2);
          put(at + i, f32x4.add(take(at + i, count), take(from + i, count)), count);
        }
      }
    }
  }
}
