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

/**
 * Copies the pixels of each window of some rows, 0 for padding, one window after the other: `[rows ·
 * outWidth, filterHeight, filterWidth, channels]`.
 */
export function gatherPatches(window: usize, first: i32, rows: i32, x: usize, to: usize): void {
  move(window, first, rows, x, to, false);
}

/** Gradient of `gatherPatches`: adds the values of patches to the pixels they came from. */
export function addPatches(window: usize, first: i32, rows: i32, patches: usize, to: usize): void {
  move(window, first, rows, to, patches, true);
}

/** Copies pixels into patches or, if `back`, adds patches to pixels. */
// @ts-expect-error: decorator
@inline
function move(window: usize, first: i32, rows: i32, images: usize, patches: usize, back: bool): void {
  const pixel = <usize>channels(window) << 2;
  const line = <usize>width(window) * pixel;
  const taps = filterWidth(window);
  const run = <usize>taps * pixel;
  for (let number = first; number < first + rows; number++) {
    const image = images + <usize>(number / outHeight(window)) * <usize>height(window) * line;
    const y0 = (number % outHeight(window)) * strideHeight(window) - top(window);
    for (let column = 0; column < outWidth(window); column++) {
      const x0 = column * strideWidth(window) - left(window);
      const before = <usize>min(taps, max(0, -x0)) * pixel;
      const after = <usize>min(taps, max(0, x0 + taps - width(window))) * pixel;
      const inside = run - min(run, before + after);
      for (let tap = 0; tap < filterHeight(window); tap++, patches += run) {
        const y = y0 + tap;
        if (y < 0 || y >= height(window)) {
          if (!back) memory.fill(patches, 0, run);
          continue;
        }
        const pixels = image + <usize>y * line + <usize>max(0, x0) * pixel;
        if (!back && inside < run) {
          memory.fill(patches, 0, before);
          memory.fill(patches + run - after, 0, after);
        }
        const patch = patches + before;
        for (let i: usize = 0, count = <i32>(inside >> 2); count > 0; i += 16, count -= 4) {
          if (back) put(pixels + i, f32x4.add(take(pixels + i, count), take(patch + i, count)), count);
          else put(patch + i, take(pixels + i, count), count);
        }
      }
    }
  }
}
