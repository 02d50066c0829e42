import type { Serving } from '@murmuration/engine/inference/serving';
import { plainClassifierOf } from '@murmuration/engine/runtime/plain-classifier';
import { classifierInference } from './classifier-inference.ts';
import type { Inference } from './inference.ts';

/**
 * Returns an inference in JavaScript, in the caller's thread, for engines without WebAssembly, such as Hermes
 * of React Native: models over tokens, and of dense layers. Opening another kind throws `model.unusable`.
 */
export function jsInference(serving: Serving<never>): Inference {
  return classifierInference(serving, async (files, classes) => plainClassifierOf(files, classes));
}
