import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Fairness, UpdateSettings } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** Added to a loss, so that powers of a loss of 0 are finite. */
const lossOffset = 1e-10;

/** Weight of a device by its loss. */
export interface FairShare {
  /** Factor of its delta in the sum. */
  readonly weight: number;
  /** Summand of the divisor of the sum; at least the weight. */
  readonly divisor: number;
}

/**
 * Returns the weight F^q / unit, from `leastWeight` to `weightCap`, of a delta with the norm `norm`, and the
 * divisor h = weight · (1 + q · L · norm² / F); F is the `loss` before training (q-FedAvg: Li et al. 2020,
 * Algorithm 2; SPEC.md, RD20). The step Σ weight · delta / Σ h is that of the paper if the bounds cut
 * nothing. Throws `training.unsupported` for a loss that is missing, negative or infinite.
 */
export function fairShare(
  norm: number,
  loss: number | undefined,
  { q, lipschitz, unit }: Fairness,
  { leastWeight = 1, weightCap }: Pick<UpdateSettings, 'leastWeight' | 'weightCap'>,
): FairShare {
  if (loss === undefined || !(loss >= 0 && loss < Infinity))
    throw new MurmurationError(
      'training.unsupported',
      `The plan weighs devices by the loss of the model before it is trained; the trainer gave ${loss} as metrics.initialLoss, where 0 or more is needed.`,
    );
  const base = loss + lossOffset;
  const weight = Math.max(leastWeight, Math.min(weightCap, base ** q / unit));
  return { weight, divisor: weight * (1 + (q * lipschitz * norm * norm) / base) };
}

/** Rounds both to whole numbers, up to `most`, up or down by one random draw that keeps their expectation. */
export function wholeShare({ weight, divisor }: FairShare, most: number, random: RandomBytes): FairShare {
  const part = new DataView(new Uint8Array(random(4)).buffer).getUint32(0) / 2 ** 32;
  return { weight: Math.floor(weight + part), divisor: Math.min(most, Math.floor(divisor + part)) };
}
