/** Scales `delta` down, in place, to an L2 norm of at most `limit`; returns the norm that it had. */
export function clip(delta: Float32Array, limit: number): number {
  let squares = 0;
  for (let i = 0; i < delta.length; i++) squares += delta[i]! * delta[i]!;
  const norm = Math.sqrt(squares);
  if (norm > limit) {
    const scale = limit / norm;
    for (let i = 0; i < delta.length; i++) delta[i] = delta[i]! * scale;
  }
  return norm;
}
