import type { backend_util } from '../tfjs/tf.ts';

/** Visits one pair of pixels that a convolution connects; all three indices count pixels, not values. */
type Visit = (input: number, output: number, tap: number) => void;

/**
 * Visits every (input pixel, output pixel, filter tap) that a two-dimensional convolution connects, without
 * padding. The output pixel moves fastest along a row.
 */
export function forEachTap(window: backend_util.Conv2DInfo, visit: Visit): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth } = window;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = window;
  const { top, left } = window.padInfo;
  for (let image = 0; image < batchSize; image++) {
    for (let outRow = 0; outRow < outHeight; outRow++) {
      const outStart = (image * outHeight + outRow) * outWidth;
      for (let tapRow = 0; tapRow < filterHeight; tapRow++) {
        const inRow = outRow * strideHeight + tapRow * dilationHeight - top;
        if (inRow < 0 || inRow >= inHeight) continue;
        const inStart = (image * inHeight + inRow) * inWidth;
        for (let tapColumn = 0; tapColumn < filterWidth; tapColumn++) {
          const tap = tapRow * filterWidth + tapColumn;
          const shift = tapColumn * dilationWidth - left;
          for (let outColumn = 0; outColumn < outWidth; outColumn++) {
            const inColumn = outColumn * strideWidth + shift;
            if (inColumn < 0 || inColumn >= inWidth) continue;
            visit(inStart + inColumn, outStart + outColumn, tap);
          }
        }
      }
    }
  }
}
