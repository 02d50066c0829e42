/** A point of a curve. */
export interface CurvePoint {
  readonly round: number;
  readonly value: number;
}

/**
 * Rounds until a curve reaches its target, as McMahan et al. 2017, §3, count them: the curve is made monotonic, each point being the best so
 * far, and the crossing is interpolated between two points. The first point counts as it is. Null where the target is not reached.
 */
export function roundsToTarget(curve: readonly CurvePoint[], target: number): number | null {
  let before: CurvePoint | undefined;
  for (const { round, value } of curve) {
    if (value >= target) {
      if (!before) return round;
      return before.round + ((target - before.value) / (value - before.value)) * (round - before.round);
    }
    before = { round, value: Math.max(value, before?.value ?? Number.NEGATIVE_INFINITY) };
  }
  return null;
}
