import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import {
  quantizationFor,
  quantizationOf,
  quantize,
  type Verdict,
} from '@murmuration/protocol/weights/quantize';
import { clip } from './clip.ts';
import { weightOf } from './weigh.ts';

/** What a device learned in a round. */
export interface Learned {
  /** Trained weights minus those of the model, of the shared layers alone. */
  readonly delta: Float32Array;
  readonly examples: number;
  /** That of the shared layers. */
  readonly layout: Layout;
  /** What the device found out about the version that the plan has judged; left out where that is nothing. */
  readonly verdict?: Verdict | undefined;
}

/**
 * What leaves the device: the delta clipped, weighed, rotated, quantised and packed as the plan says; `mask` changes the
 * ring elements, of `width` bits each, before they are packed. Changes `delta`. Throws `training.failed` where training diverged.
 */
export function prepareUpdate(
  { delta, examples, layout, verdict }: Learned,
  { plan, round }: Assignment,
  random: RandomBytes,
  mask: (elements: Int32Array, width: number) => void = () => {},
): Uint8Array {
  const norm = clip(delta, plan.update.clip);
  if (!Number.isFinite(norm))
    throw new MurmurationError(
      'training.failed',
      'Training diverged: the update is not finite. A lower learning rate helps.',
    );
  const weight = weightOf(examples, plan);
  if (plan.update.kind === 'float32') {
    if (plan.masking)
      throw new MurmurationError(
        'plan.below-floor',
        'The plan asks for masks on float32 updates, which have none.',
      );
    return encodeUpdate(layout.hash, layout.count, { kind: 'float32', delta, weight });
  }
  const quantization = quantizationFor(layout.count, quantizationOf(plan));
  const elements = quantize(delta, weight, quantization, round, random, verdict);
  mask(elements, quantization.width);
  const packed = packRing(elements, quantization.width);
  return encodeUpdate(layout.hash, elements.length, { kind: 'ring', packed }, quantization.width);
}
