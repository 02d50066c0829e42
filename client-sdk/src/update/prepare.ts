import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Plan } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import { queryHash } from '@murmuration/protocol/queries/query-hash';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import {
  encodeRing,
  encodeSparse,
  encodeUpdate,
  type SparseValues,
} from '@murmuration/protocol/weights/codec';
import { withControl } from '@murmuration/protocol/weights/control';
import type { Layout } from '@murmuration/protocol/weights/layout';
import {
  quantizationFor,
  quantizationOf,
  quantizedPieces,
  type Verdict,
} from '@murmuration/protocol/weights/quantize';
import { clip } from './clip.ts';
import { clipLayers } from './clip-layers.ts';
import { type FairShare, fairShare, wholeShare } from './fair.ts';
import { weightOf } from './weigh.ts';

/** Result of a device's training in a round. */
export interface Learned {
  /** Trained weights minus the model's, in the shared layers only. */
  readonly delta: Float32Array;
  readonly examples: number;
  /** Mean loss over the examples before training, if the trainer reports it. */
  readonly loss?: number | undefined;
  /** Layout of the shared layers. */
  readonly layout: Layout;
  /** Values with their places, sent instead of `delta`, if the plan's `compression` sends places. */
  readonly sparse?: SparseValues | undefined;
  /** Change of the device's control variate, rounded by `roundControl`, if the plan has `control`. */
  readonly control?: Float32Array | undefined;
  /** Verdict of the device on the version that the plan has judged; undefined without one. */
  readonly verdict?: Verdict | undefined;
}

/** Answer of a device to a query, as ring elements before masking. */
export interface Answered {
  readonly elements: Int32Array;
  /** Bits of a ring element. */
  readonly width: number;
}

/** Data for the sum of a round. */
export type Contribution = Learned | Answered;

type Mask = (elements: Int32Array, width: number) => void;
type Noise = typeof import('./noisy-rounding.ts');

/** Loads the code for noise by devices; undefined if the plan has none. */
export async function noiseFor({ privacy }: Plan): Promise<Noise | undefined> {
  return privacy?.noise && (await import('./noisy-rounding.ts'));
}

/**
 * Returns the bytes to send: the answer, or the delta clipped, weighed, rotated and quantised by the plan,
 * and packed; `mask` changes the ring elements, of `width` bits each, before packing. `noisy` comes from
 * `noiseFor`. Changes `delta`. Throws `training.failed` if training diverged, `training.unsupported` as
 * `fairShare` or if update and plan don't match, and `plan.below-floor` for an update that would leave
 * without the plan's protection.
 */
export function prepareUpdate(
  contribution: Contribution,
  { plan, round }: Assignment,
  random: RandomBytes,
  mask?: Mask,
  noisy?: Noise,
): Uint8Array {
  if (plan.privacy?.noise && !noisy)
    throw new MurmurationError('plan.below-floor', 'The plan asks for noise, and nothing adds it.');
  if ('elements' in contribution) {
    const { elements, width } = contribution;
    const answer = noisy ? noisy.noisyAnswer(elements, plan, random) : elements;
    return packed({ elements: answer, width }, queryHash(plan.query!), mask);
  }
  const { delta, examples, loss, layout, sparse, control, verdict } = contribution;
  const { clip: limit, perLayer } = plan.update;
  const norm = perLayer ? clipLayers(delta, layout, limit) : clip(delta, limit);
  if (!Number.isFinite(norm))
    throw new MurmurationError(
      'training.failed',
      'Training diverged: the update is not finite. A lower learning rate helps.',
    );
  const { fairness } = plan.training;
  const { compression, bits, weightCap } = plan.update;
  if (fairness && (compression || plan.update.kind === 'float32'))
    throw new MurmurationError(
      'training.unsupported',
      'The plan weighs devices by their losses, which takes whole quantised updates.',
    );
  const { weight, divisor }: Partial<FairShare> & Pick<FairShare, 'weight'> = fairness
    ? wholeShare(
        fairShare(Math.min(norm, limit), loss, fairness, plan.update),
        (2 ** (bits - 1) - 1) * weightCap,
        random,
      )
    : { weight: weightOf(examples, plan) };
  if (sparse || (compression && compression.kind !== 'randomMask')) {
    if (!sparse || !compression || plan.masking)
      throw new MurmurationError(
        'plan.below-floor',
        'The plan and what was learned differ in whether places are sent, or they would have masks, which they can not.',
      );
    return encodeSparse(layout.hash, layout.count, sparse, bits, weight);
  }
  if (plan.update.kind === 'float32') {
    if (plan.masking)
      throw new MurmurationError(
        'plan.below-floor',
        'The plan asks for masks on float32 updates, which have none.',
      );
    return encodeUpdate(layout.hash, layout.count, { kind: 'float32', delta, weight });
  }
  const quantization = quantizationFor(delta.length, quantizationOf(plan));
  if ((control === undefined) !== (plan.control === undefined))
    throw new MurmurationError(
      'training.unsupported',
      'The plan and what was learned differ in whether a control variate is sent.',
    );
  const values =
    control && plan.control
      ? withControl(delta, control, { clip: limit, control: plan.control.clip })
      : delta;
  if (noisy) {
    const elements = noisy.noisyRounding(delta, plan, quantization, round, random);
    return packed({ elements, width: quantization.width }, layout.hash, mask);
  }
  const isWithin = norm <= limit;
  const update = { delta: values, weight, quantization, seed: round, random, verdict, isWithin, divisor };
  const { elements, width } = quantization;
  // Masks need all elements at once; without them only the packed bytes take memory.
  if (!mask) return encodeRing(layout.hash, elements, width, quantizedPieces(update));
  const [ring] = quantizedPieces(update, elements);
  return packed({ elements: ring!, width }, layout.hash, mask);
}

function packed({ elements, width }: Answered, layoutHash: Uint8Array, mask?: Mask): Uint8Array {
  mask?.(elements, width);
  return encodeRing(layoutHash, elements.length, width, [elements]);
}
