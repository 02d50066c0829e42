import type { Plan } from '@murmuration/protocol/messages/plan';

/**
 * The weight of an update: 1, or a whole number from 1 to `weightCap` in proportion to the examples used of those that the
 * plan allows. Small whole weights keep the ring narrow, and tell little about a device.
 */
export function weightOf(examples: number, { training, update }: Pick<Plan, 'training' | 'update'>): number {
  if (update.weighting === 'uniform') return 1;
  return Math.max(
    1,
    Math.min(update.weightCap, Math.round((update.weightCap * examples) / training.maxExamples)),
  );
}
