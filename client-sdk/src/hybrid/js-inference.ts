import type { Serving } from '@murmuration/engine/inference/serving';
import { plainClassifierOf } from '@murmuration/engine/runtime/plain-classifier';
import { classifierInference } from './classifier-inference.ts';
import type { Inference } from './inference.ts';

/**
 * Puts models to use in JavaScript, in the thread of its caller, for engines without WebAssembly, such as Hermes of React Native: those over tokens,
 * and those of dense layers. Throws `model.unusable` when another is opened.
 */
export function jsInference(serving: Serving<never>): Inference {
  return classifierInference(serving, async (files, classes) => plainClassifierOf(files, classes));
}
