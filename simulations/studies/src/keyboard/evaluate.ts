import { availableParallelism } from 'node:os';
import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { Evaluate } from '@murmuration/rounds/evaluation/worker';

export interface HeldOutText {
  readonly words: readonly string[];
  readonly messages: readonly string[];
}

/** Measures top-1 and top-3 recall of a candidate on the held-out messages, shares from 0 to 1. */
const evaluate: Evaluate = async (model, data) => {
  const { words, messages } = data as HeldOutText;
  // All processors are free: no phone trains while a version is measured.
  const { top1, top3 } = await recall(model, new Vocabulary(words), messages, availableParallelism());
  return { top1, top3 };
};

export default evaluate;
