export interface CurvePoint {
  readonly round: number;
  readonly value: number;
}

/**
 * Counts the rounds until a curve reaches its target, as McMahan et al. 2017, §3: takes the best value so far
 * at each point and interpolates the crossing linearly. If the first point reaches the target, its round is
 * returned; null if no point does.
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
