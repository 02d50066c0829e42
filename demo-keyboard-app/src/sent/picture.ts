/** Width and height of a picture in pixels, a byte each. */
export const side = 32;
const pictured = side * side;

/** Frequency of each range of byte values, relative to the most frequent one; `bins` divides 256. */
export function histogram(sample: Uint8Array, bins: number): number[] {
  const counts = Array<number>(bins).fill(0);
  for (const byte of sample) counts[Math.floor((byte * bins) / 256)]! += 1;
  const most = Math.max(1, ...counts);
  return counts.map(count => count / most);
}

/**
 * Shannon entropy of the sample in bits per byte, 0 to 8. Even true noise shows a little less than 8 in a
 * sample of 1 KiB: about 7.8.
 */
export function entropy(sample: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const byte of sample) counts[byte]! += 1;
  let bits = 0;
  for (const count of counts)
    if (count > 0) bits -= (count / sample.length) * Math.log2(count / sample.length);
  return bits;
}

/** Grey pixels (RGBA) of the first 1 KiB, a byte a pixel, row by row; missing ones are transparent. */
export function pixelsOf(
  sample: Uint8Array,
  [red, green, blue]: readonly [number, number, number],
): ImageData {
  const pixels = new ImageData(side, side);
  for (const [i, byte] of sample.subarray(0, pictured).entries())
    pixels.data.set([red, green, blue, byte], 4 * i);
  return pixels;
}

/**
 * Converts numbers to bytes, as an update without masks is shown: 0 becomes 128, the largest 255 or 1. Square
 * roots in between make small changes visible beside large ones.
 */
export function bytesOf(values: Float32Array): Uint8Array {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return Uint8Array.from(
    values,
    value => 128 + Math.round(127 * Math.sign(value) * Math.sqrt(Math.abs(value) / largest)),
  );
}
