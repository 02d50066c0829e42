/** Scales `delta` down, in place, to an L2 norm of at most `limit`. Returns the previous norm. */
export function clip(delta: Float32Array, limit: number): number {
  const norm = Math.sqrt(squares(delta));
  if (norm > limit) scale(delta, limit / norm);
  return norm;
}

/** Multiplies all values by `factor`, in place. */
export function scale(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * factor;
}

/**
 * Values per call of a loop: engines optimise a function that is called often, not
 * one called once for a million values.
 */
const valuesPerCall = 4_096;

/** Returns the sum of squares, in four parallel sums, since each addition waits for the previous one. */
export function squares(values: Float32Array): number {
  const sums = new Float64Array(4);
  const fours = values.length & ~3;
  for (let from = 0; from < fours; from += valuesPerCall)
    addSquares(values, from, Math.min(from + valuesPerCall, fours), sums);
  let [a, b, c, d] = sums as unknown as [number, number, number, number];
  for (let i = fours; i < values.length; i++) a += values[i]! * values[i]!;
  return a + b + (c + d);
}

function addSquares(values: Float32Array, from: number, to: number, sums: Float64Array): void {
  let [a, b, c, d] = [sums[0]!, sums[1]!, sums[2]!, sums[3]!];
  for (let i = from; i < to; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
}
