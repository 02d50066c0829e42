import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Plan, PlanNoise } from '@murmuration/protocol/messages/plan';
import { corruptCount } from '@murmuration/protocol/secagg/assumptions';
import { longestRotated, quantizationFor } from '@murmuration/protocol/weights/quantize';
import type { Distributed } from './distributed.ts';

/** Fields of a plan that the noise of its devices depends on. */
export type NoisyPlan = Pick<Plan, 'update' | 'masking' | 'largestCohort'>;

/**
 * Devices whose noise is in every sum of at least `quorum` updates: those that collude with the coordinator
 * may leave theirs out, or subtract it again.
 * @throws MurmurationError `config.invalid` without masks, and if no device is left.
 */
export function honestIn(quorum: number, { masking, largestCohort }: Omit<NoisyPlan, 'update'>): number {
  if (!masking)
    throw new MurmurationError(
      'config.invalid',
      'Noise by devices takes masks: without them each update is seen with no more than the noise of one device.',
    );
  const corrupt = corruptCount(largestCohort, masking);
  if (quorum <= corrupt)
    throw new MurmurationError(
      'config.invalid',
      `A sum of ${quorum} updates has no certain noise: ${corrupt} of ${largestCohort} devices may leave theirs out. It takes ${corrupt + 1} updates at least.`,
    );
  return quorum - corrupt;
}

/** Mechanism of one release under a plan, without the variance of its noise. Throws as `honestIn` does. */
export function noiseShape(
  plan: NoisyPlan,
  { kind, quorum, values }: Pick<PlanNoise, 'kind' | 'quorum' | 'values'>,
): Omit<Distributed, 'perDevice'> {
  const { clip, bits, weightCap } = plan.update;
  const { step } = quantizationFor(values, { clip, bits, weightCap, largestCohort: plan.largestCohort });
  return { kind, quorum: honestIn(quorum, plan), clip: longestRotated(clip) / step, values };
}

/**
 * Mechanism of one release under a plan with noise, equal for the device that adds it and for the
 * coordinator. Throws as `honestIn` does.
 */
export function plannedNoise(plan: NoisyPlan, noise: PlanNoise): Distributed {
  return { ...noiseShape(plan, noise), perDevice: noise.variance };
}
