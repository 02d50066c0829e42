import { studentBeyond } from '../distributions/student.ts';
import { mean, variance } from '../samples/moments.ts';

/**
 * Returns the p-value of Student's two-sided t-test with one pooled variance; NaN if all values are equal.
 * Needs three values in total.
 */
export function studentTest(reference: Float64Array, current: Float64Array): number {
  const m = reference.length;
  const n = current.length;
  const freedom = m + n - 2;
  const pooled = (m * variance(reference) + n * variance(current)) / freedom;
  const t = (mean(reference) - mean(current)) / Math.sqrt(pooled * (1 / m + 1 / n));
  return studentBeyond(t, freedom);
}
