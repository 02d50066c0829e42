import { upperQuantile } from '../numerics/normal.ts';

// Standard normal numbers by inversion: 64 random bits, one for the sign and the others for the tail's
// probability, become the number above which that probability lies. The number of bits is fixed, without
// rejection, so number i of a stream is the same wherever reading begins. Within 10⁻¹² of the exact quantile
// of its 64 bits; none is beyond ±9.2, where 1.4 million numbers a round, for 2,000 rounds, would have one
// with the probability 10⁻¹⁰.

/**
 * Octaves of the tail's probability, from (¼, ½] down to 2⁻²⁷, that polynomials cover; Newton's method covers
 * the rest.
 */
const octaves = 26;
const segmentBits = 5;
const segments = 1 << segmentBits;
const degree = 5;
const stride = degree + 1;
/** Bound below which the highest 31 bits of a probability are in no octave. */
const leastHigh = 2 ** (31 - octaves);

let tables: { readonly coefficients: Float64Array; readonly scales: Float64Array } | undefined;

/**
 * Computes for each segment of each octave the polynomial on −½ … ½ that meets the quantile at Chebyshev's
 * points.
 */
function makeTables(): { readonly coefficients: Float64Array; readonly scales: Float64Array } {
  const coefficients = new Float64Array(octaves * segments * stride);
  const scales = new Float64Array(octaves + 1);
  for (let octave = 1; octave <= octaves; octave++) {
    // Probabilities of this octave times its scale are from `segments` to twice that.
    scales[octave] = segments * 2 ** (octave + 1);
    for (let segment = 0; segment < segments; segment++) {
      const middle = segments + segment + 0.5;
      const fit = interpolate(t => upperQuantile((middle + t) / scales[octave]!));
      coefficients.set(fit, ((octave - 1) * segments + segment) * stride);
    }
  }
  return { coefficients, scales };
}

/** Coefficients, lowest first, of the polynomial that meets `of` at the Chebyshev points of −½ … ½. */
function interpolate(of: (t: number) => number): Float64Array {
  const nodes = Array.from({ length: stride }, (_, i) => Math.cos((Math.PI * (i + 0.5)) / stride) / 2);
  // Newton's divided differences, then expanded.
  const differences = nodes.map(of);
  for (let level = 1; level < stride; level++)
    for (let i = stride - 1; i >= level; i--)
      differences[i] = (differences[i]! - differences[i - 1]!) / (nodes[i]! - nodes[i - level]!);
  const polynomial = new Float64Array(stride);
  for (let i = stride - 1; i >= 0; i--) {
    for (let power = stride - 1; power > 0; power--)
      polynomial[power] = polynomial[power - 1]! - nodes[i]! * polynomial[power]!;
    polynomial[0] = differences[i]! - nodes[i]! * polynomial[0]!;
  }
  return polynomial;
}

/**
 * Adds `scale` × a standard normal number to each of `count` elements of `target` from `at` on. Number i
 * takes the words 2i and 2i + 1 of `words`, the second the higher one.
 */
export function addGaussians(
  target: Float64Array,
  words: Uint32Array,
  scale: number,
  count = target.length,
  at = 0,
): void {
  tables ??= makeTables();
  const { coefficients, scales } = tables;
  for (let i = 0; i < count; i++) {
    const high = words[2 * i + 1]!;
    const magnitude = high & 0x7fff_ffff;
    const p = magnitude * 2 ** -32 + words[2 * i]! * 2 ** -64 + 2 ** -65;
    let value: number;
    if (magnitude < leastHigh) value = upperQuantile(p);
    else {
      const octave = Math.clz32(magnitude);
      const segment = (magnitude << octave) >>> (31 - segmentBits);
      const t = p * scales[octave]! - segment - 0.5;
      const c = ((octave - 1) * segments + segment - segments) * stride;
      value =
        ((((coefficients[c + 5]! * t + coefficients[c + 4]!) * t + coefficients[c + 3]!) * t +
          coefficients[c + 2]!) *
          t +
          coefficients[c + 1]!) *
          t +
        coefficients[c]!;
    }
    target[at + i]! += (1 - 2 * (high >>> 31)) * scale * value;
  }
}
