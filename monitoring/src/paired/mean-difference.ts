import { studentCritical } from '../distributions/student.ts';
import { mean, variance } from '../samples/moments.ts';

/**
 * Returns the fewest units with which a difference can be significant: with fewer, all of them lie on one
 * side by chance more often than a two-sided interval at this confidence may be wrong.
 */
export function fewestUnits(confidence: number): number {
  return Math.max(2, Math.ceil(Math.log2(2 / (1 - confidence))));
}

/**
 * Returns Student's interval of a mean difference, of at least two units. With few units it is wider than
 * percentiles of resamples, which contain no other values.
 */
export function studentInterval(differences: Float64Array, confidence: number): readonly [number, number] {
  const { length } = differences;
  const centre = mean(differences);
  const spread = (variance(differences) * length) / (length - 1);
  const half = studentCritical(1 - confidence, length - 1) * Math.sqrt(spread / length);
  return [centre - half, centre + half];
}
