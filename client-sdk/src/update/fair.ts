import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Fairness, UpdateSettings } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** Keeps powers of a loss of nothing finite. */
const least = 1e-10;

/** How a device counts that weighs by its loss. */
export interface FairShare {
  /** What its delta is multiplied by in the sum. */
  readonly weight: number;
  /** What it adds to that by which the sum is divided; the weight at least. */
  readonly divisor: number;
}

/**
 * The weight F^q / unit of a delta of the norm `norm`, from `leastWeight` to `weightCap`, and its h = weight · (1 + q · L · norm² / F): F is the
 * `loss` before training (q-FedAvg: Li et al. 2020, Algorithm 2; SPEC.md, RD20). So the step Σ weight · delta / Σ h is that of the paper where the
 * bounds cut nothing. Throws `training.unsupported` for a loss that is none, or below 0.
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
  const base = loss + least;
  const weight = Math.max(leastWeight, Math.min(weightCap, base ** q / unit));
  return { weight, divisor: weight * (1 + (q * lipschitz * norm * norm) / base) };
}

/** Both as whole numbers, up to `most`, up or down by one draw so that their expectation is kept. */
export function wholeShare({ weight, divisor }: FairShare, most: number, random: RandomBytes): FairShare {
  const part = new DataView(new Uint8Array(random(4)).buffer).getUint32(0) / 2 ** 32;
  return { weight: Math.floor(weight + part), divisor: Math.min(most, Math.floor(divisor + part)) };
}
