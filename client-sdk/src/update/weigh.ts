import type { Plan } from '@murmuration/protocol/messages/plan';

/**
 * Returns the weight of an update: 1, or a whole number from `leastWeight` to `weightCap`,
 * proportional to the used examples out of those that the plan allows. Small whole weights keep
 * the ring narrow, and reveal little.
 */
export function weightOf(examples: number, { training, update }: Pick<Plan, 'training' | 'update'>): number {
  if (update.weighting === 'uniform') return 1;
  const { leastWeight = 1, weightCap } = update;
  return Math.max(
    leastWeight,
    Math.min(weightCap, Math.round((weightCap * examples) / training.maxExamples)),
  );
}
