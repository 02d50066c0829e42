import { roundedNorm } from '@murmuration/privacy/mechanisms/distributed';
import { plannedNoise } from '@murmuration/privacy/mechanisms/planned-noise';
import { discreteGaussianNoise, type IntegerNoise, skellamNoise } from '@murmuration/privacy/samplers/noise';
import { roundConditionally } from '@murmuration/privacy/samplers/rounding';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Plan, PlanNoise } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Quantization } from '@murmuration/protocol/weights/quantize';
import { rotate } from '@murmuration/protocol/weights/rotate';

/**
 * Returns the ring elements of one update of weight 1 with the device's share of the noise in its plan:
 * rotated, rounded to a norm that ε relies on, with exactly drawn noise (SPEC.md, QU7). `delta` has a norm of
 * at most the plan's clip, and is overwritten. Throws `plan.below-floor` if the plan assumes a model of
 * another size, or has no masks.
 */
export function noisyRounding(
  delta: Float32Array,
  plan: Plan,
  { step, largest, values, elements }: Quantization,
  seed: string,
  random: RandomBytes,
): Int32Array {
  const noise = plan.privacy?.noise;
  if (!noise || !plan.masking || noise.values !== values)
    throw new MurmurationError(
      'plan.below-floor',
      `The plan counts on noise in ${noise?.values} values under masks; this update has ${values}.`,
    );
  const { clip, bias } = plannedNoise(plan, noise);
  rotate(delta, seed);
  for (let i = 0; i < delta.length; i++) delta[i] = Math.max(-largest, Math.min(largest, delta[i]! / step));
  const rounded = roundConditionally(delta, roundedNorm(clip, values, bias).l2, random);
  samplerOf(noise).addTo(rounded, random);
  const ring = new Int32Array(elements);
  ring.set(rounded);
  ring[elements - 1] = 1;
  return ring;
}

/**
 * Returns an answer to a query with the device's share of the plan's noise (SPEC.md, QY10), drawn exactly.
 * Throws `plan.below-floor` if the plan assumes an answer of another length, or has no masks.
 */
export function noisyAnswer(answer: Int32Array, plan: Plan, random: RandomBytes): Int32Array {
  const noise = plan.privacy?.noise;
  if (!noise || !plan.masking || noise.values !== answer.length)
    throw new MurmurationError(
      'plan.below-floor',
      `The plan counts on noise in ${noise?.values} values under masks; this answer has ${answer.length}.`,
    );
  const noisy = answer.slice();
  samplerOf(noise).addTo(noisy, random);
  return noisy;
}

let kept: { readonly key: string; readonly sampler: IntegerNoise } | undefined;

/** Returns a cached sampler: its tables are slow to make, and serve every round of a budget. */
function samplerOf({ kind, variance }: PlanNoise): IntegerNoise {
  const key = `${kind} ${variance}`;
  if (kept?.key !== key)
    kept = { key, sampler: kind === 'skellam' ? skellamNoise(variance) : discreteGaussianNoise(variance) };
  return kept.sampler;
}
