import type { MaskingSettings, Plan } from '../messages/plan.ts';
import { corruptCount } from '../secagg/assumptions.ts';

/** Default maximum share of one device in a sum: a bound on a cosine. */
export const mostShareByDefault = 0.5;

/**
 * Maximum ratio of the weights of two updates that start from one of `versions` versions, which weigh (1 +
 * s)^−½ (SPEC.md, RD23 and RD26).
 */
export const weightRatio = (mostWeight: number, leastWeight: number, versions: number): number =>
  (mostWeight * Math.sqrt(versions)) / leastWeight;

/**
 * Largest `weightRatio` at which, of equally long, orthogonal updates, none has a cosine above `mostShare`
 * with a sum of `smallestSum` of them, less those that may be corrupt (SPEC.md, RD26); at least 1.
 */
export function mostRatio(
  { masking, largestCohort }: Pick<Plan, 'largestCohort'> & { readonly masking: MaskingSettings },
  smallestSum: number,
  mostShare = mostShareByDefault,
): number {
  const honest = smallestSum - corruptCount(largestCohort, masking);
  if (mostShare >= 1) return Infinity;
  return Math.max(1, mostShare * Math.sqrt(Math.max(0, honest - 1) / (1 - mostShare ** 2)));
}
