/**
 * Probabilities of logits over the classes from `first` on, 0 below. NaN logits count as the least likely.
 */
export function softmax(logits: Float32Array, first: number): Float32Array {
  const values = new Float32Array(logits.length);
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = first; i < logits.length; i++) if (logits[i]! > largest) largest = logits[i]!;
  let sum = 0;
  for (let i = first; i < logits.length; i++) {
    const value = Math.exp(logits[i]! - largest);
    values[i] = Number.isNaN(value) ? 0 : value;
    sum += values[i]!;
  }
  for (let i = first; i < logits.length; i++)
    values[i] = sum > 0 ? values[i]! / sum : 1 / (logits.length - first);
  return values;
}
