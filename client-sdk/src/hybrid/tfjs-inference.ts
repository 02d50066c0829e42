import type { Serving } from '@murmuration/engine/inference/serving';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import { classifierInference } from './classifier-inference.ts';
import type { Inference } from './inference.ts';

/**
 * Returns an inference in the caller's thread: on the engine's fused kernels if they support all layers,
 * otherwise on the tfjs backend that `startBackend` starts before the first such model; by default the
 * current one. Models must end in logits.
 */
export function tfjsInference(serving: Serving<never>, startBackend?: () => Promise<unknown>): Inference {
  return classifierInference(serving, (files, classes) => classifierOf(files, classes, startBackend));
}
