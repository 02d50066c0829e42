/** Scales `delta` down, in place, to an L2 norm of at most `limit`; returns the norm that it had. */
export function clip(delta: Float32Array, limit: number): number {
  const norm = Math.sqrt(squares(delta));
  if (norm > limit) scale(delta, limit / norm);
  return norm;
}

/** Multiplies all values by `factor`, in place. */
export function scale(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * factor;
}

/** The sum of their squares, in four sums side by side, since each addition waits for the one before it. */
export function squares(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0] as [number, number, number, number];
  const fours = values.length & ~3;
  for (let i = 0; i < fours; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (let i = fours; i < values.length; i++) a += values[i]! * values[i]!;
  return a + b + (c + d);
}
