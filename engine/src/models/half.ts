const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The largest finite number of float16. */
const largest = 65_504;

/** IEEE 754 binary16 of each value, rounded to the nearest, ties to even; what is beyond its range becomes its largest number. */
export function float16Of(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, halfOf);
}

function halfOf(value: number): number {
  single[0] = Math.max(-largest, Math.min(largest, value));
  const [word = 0] = bits;
  const sign = (word >>> 16) & 0x80_00;
  const exponent = ((word >>> 23) & 0xff) - 127 + 15;
  const fraction = word & 0x7f_ff_ff;
  if (exponent === 0xff - 127 + 15) return 0x7e_00;
  if (exponent >= 1) return sign | rounded((exponent << 23) | fraction, 13);
  // Below 2⁻¹⁴ the implicit one moves right with the rest.
  return exponent < -10 ? sign : sign | rounded(fraction | 0x80_00_00, 14 - exponent);
}

/** Shifts right by `count` bits, to the nearest number, ties to even. */
function rounded(word: number, count: number): number {
  const rest = word & ((1 << count) - 1);
  const half = 1 << (count - 1);
  const down = word >>> count;
  return rest > half || (rest === half && (down & 1) === 1) ? down + 1 : down;
}
