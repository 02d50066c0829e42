import type { MaskingSettings, Plan } from '../messages/plan.ts';
import { corruptCount } from '../secagg/assumptions.ts';

/** The largest share that one device has of a sum, where nobody says another: a bound on a cosine. */
export const mostShareByDefault = 0.5;

/** How many times as much as another an update may count that starts from one of so many versions, which weigh (1 + s)^−½ (SPEC.md, RD23 and RD26). */
export const weightRatio = (mostWeight: number, leastWeight: number, versions: number): number =>
  (mostWeight * Math.sqrt(versions)) / leastWeight;

/**
 * The largest `weightRatio` at which, of updates equally long and at right angles, none has a cosine above `mostShare` with a sum of `smallestSum`
 * of them, less those that may be corrupt (SPEC.md, RD26); 1 at least.
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
