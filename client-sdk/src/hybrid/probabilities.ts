/**
 * Returns Σ weight · part, elementwise, each product added and rounded in
 * order; parts of weight 0 may be omitted.
 */
export function mix(
  parts: readonly { readonly weight: number; readonly values: Float32Array }[],
): Float32Array {
  const mixed = new Float32Array(parts[0]!.values.length);
  // Two parts per pass take half the time, and a keyboard predicts at each letter.
  for (let at = 0; at < parts.length; at += 2) {
    const { weight, values } = parts[at]!;
    const other = parts[at + 1];
    if (other) addBoth(mixed, weight, values, other.weight, other.values);
    else for (let i = 0; i < mixed.length; i++) mixed[i] = mixed[i]! + weight * values[i]!;
  }
  return mixed;
}

function addBoth(to: Float32Array, a: number, x: Float32Array, b: number, y: Float32Array): void {
  for (let i = 0; i < to.length; i++) to[i] = Math.fround(to[i]! + a * x[i]!) + b * y[i]!;
}
