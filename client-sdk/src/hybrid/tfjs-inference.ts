import type { Serving } from '@murmuration/engine/inference/serving';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import { classifierInference } from './classifier-inference.ts';
import type { Inference } from './inference.ts';

/**
 * Runs models in the thread of its caller, whose backend has been started: on the engine's fused kernels where they know all layers, else
 * on the tfjs backend that `startBackend` starts before the first such model, by default the current one. The models end in logits.
 */
export function tfjsInference(serving: Serving<never>, startBackend?: () => Promise<unknown>): Inference {
  return classifierInference(serving, (files, classes) => classifierOf(files, classes, startBackend));
}
