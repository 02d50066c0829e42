import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Layout, sizeOf } from '@murmuration/protocol/weights/layout';

/**
 * Quantises weights to 8 bits. The format has a scale per row of each tensor (float32, little-endian), all
 * scales first, then for each value its multiple of the scale, from −127 to 127. A row is one place of the
 * first axis; a vector is one row.
 */
export function quantiseWeights(weights: Float32Array, layout: Layout): Uint8Array {
  const rows = rowsOf(layout);
  const bytes = new Uint8Array(4 * rows.length + weights.length);
  const scales = new DataView(bytes.buffer, 0, 4 * rows.length);
  const values = new Int8Array(bytes.buffer, 4 * rows.length);
  for (const [row, { from, to }] of rows.entries()) {
    const part = weights.subarray(from, to);
    const scale = Math.fround(part.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127);
    scales.setFloat32(4 * row, scale, true);
    if (scale > 0)
      values.set(
        part.map(value => Math.round(value / scale)),
        from,
      );
  }
  return bytes;
}

/**
 * Reads weights that `quantiseWeights` wrote.
 * @throws `model.unusable` for bytes of another layout
 */
export function readQuantisedWeights(bytes: Uint8Array, layout: Layout): Float32Array {
  const rows = rowsOf(layout);
  if (bytes.length !== 4 * rows.length + layout.count)
    throw new MurmurationError(
      'model.unusable',
      `Quantised weights of this model have ${4 * rows.length + layout.count} bytes; these have ${bytes.length}.`,
    );
  const scales = new DataView(bytes.buffer, bytes.byteOffset, 4 * rows.length);
  const values = new Int8Array(bytes.buffer, bytes.byteOffset + 4 * rows.length, layout.count);
  const weights = Float32Array.from(values);
  for (const [row, { from, to }] of rows.entries()) {
    const scale = scales.getFloat32(4 * row, true);
    for (let i = from; i < to; i++) weights[i] = weights[i]! * scale;
  }
  return weights;
}

function rowsOf({ tensors }: Layout): { readonly from: number; readonly to: number }[] {
  const rows: { from: number; to: number }[] = [];
  let from = 0;
  for (const { shape } of tensors) {
    const [length = 1, ...inner] = shape;
    const count = inner.length > 0 ? length : 1;
    const width = sizeOf(shape) / count;
    for (let row = 0; row < count; row++, from += width) rows.push({ from, to: from + width });
  }
  return rows;
}
