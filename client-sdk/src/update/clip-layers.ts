import type { Layout } from '@murmuration/protocol/weights/layout';
import { scale, squares } from './clip.ts';

/**
 * Scales each layer of `delta` down, in place, to an L2 norm of at most `limit` / √layers (McMahan
 * et al. 2018, §3), so that the whole is within `limit`. Returns the previous norm. A layer
 * consists of all tensors named `LAYER/…`.
 */
export function clipLayers(delta: Float32Array, { tensors }: Layout, limit: number): number {
  const layers = new Map<string, Float32Array[]>();
  let at = 0;
  for (const { name, shape } of tensors) {
    const layer = name.replace(/\/.*/, '');
    const size = shape.reduce((product, length) => product * length, 1);
    layers.set(layer, [...(layers.get(layer) ?? []), delta.subarray(at, at + size)]);
    at += size;
  }
  const most = limit / Math.sqrt(layers.size);
  let all = 0;
  for (const parts of layers.values()) {
    const square = parts.reduce((sum, part) => sum + squares(part), 0);
    all += square;
    if (square > most * most) for (const part of parts) scale(part, most / Math.sqrt(square));
  }
  return Math.sqrt(all);
}
