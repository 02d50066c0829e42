import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Fairness } from '@murmuration/protocol/messages/plan';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** Keeps powers of a loss of nothing finite. */
const least = 1e-10;

/**
 * Turns a delta of the norm `norm`, in place, into F^q · delta / h, and returns h / unit: F is the `loss` before training, h = F^q + q · L · F^(q−1)
 * · norm² (q-FedAvg: Li et al. 2020, Algorithm 2; SPEC.md, RD20). So a mean by these weights is Σ F^q · delta / Σ h. Throws
 * `training.unsupported` for a loss that is none, or below 0.
 */
export function fairShare(
  delta: Float32Array,
  norm: number,
  loss: number | undefined,
  { q, lipschitz, unit }: Fairness,
): number {
  if (loss === undefined || !(loss >= 0 && loss < Infinity))
    throw new MurmurationError(
      'training.unsupported',
      `The plan weighs devices by the loss of the model before it is trained; the trainer gave ${loss} as metrics.initialLoss, where 0 or more is needed.`,
    );
  const base = loss + least;
  const longer = 1 + (q * lipschitz * norm * norm) / base;
  for (let i = 0; i < delta.length; i++) delta[i] = delta[i]! / longer;
  return (base ** q * longer) / unit;
}

/** A weight as a whole number from 1 to `cap`, up or down at random so that its expectation is kept. */
export function wholeWeight(weight: number, cap: number, random: RandomBytes): number {
  const part = new DataView(new Uint8Array(random(4)).buffer).getUint32(0) / 2 ** 32;
  return Math.max(1, Math.min(cap, Math.floor(weight + part)));
}
