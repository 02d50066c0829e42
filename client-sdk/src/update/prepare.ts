import { MurmurationError } from '@murmuration/protocol/errors';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { RandomBytes } from '@murmuration/protocol/ports';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { quantizationFor, quantize } from '@murmuration/protocol/weights/quantize';
import { clip } from './clip.ts';
import { weightOf } from './weigh.ts';

/**
 * What leaves the device: the delta clipped, weighed, rotated, quantised and packed as the plan says. Changes `delta`.
 * Throws `training.failed` where training diverged.
 */
export function prepareUpdate(
  delta: Float32Array,
  examples: number,
  layout: Layout,
  { plan, round }: Assignment,
  random: RandomBytes,
): Uint8Array {
  const norm = clip(delta, plan.update.clip);
  if (!Number.isFinite(norm))
    throw new MurmurationError(
      'training.failed',
      'Training diverged: the update is not finite. A lower learning rate helps.',
    );
  const weight = weightOf(examples, plan);
  if (plan.update.kind === 'float32')
    return encodeUpdate(layout.hash, layout.count, { kind: 'float32', delta, weight });
  const quantization = quantizationFor(layout.count, { ...plan.update, largestCohort: plan.largestCohort });
  const elements = quantize(delta, weight, quantization, round, random);
  const packed = packRing(elements, quantization.width);
  return encodeUpdate(layout.hash, elements.length, { kind: 'ring', packed }, quantization.width);
}
