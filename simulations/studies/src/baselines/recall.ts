import type { RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { numberId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { NgramMixture } from './ngram-mixture.ts';

/**
 * Adds the top-1 and top-3 recall of an n-gram model on the ids of held-out messages, scored like the trained
 * models.
 */
export function countRecall(
  counter: RecallCounter,
  model: NgramMixture,
  heldOut: Iterable<readonly number[]>,
): RecallCounter {
  for (const ids of heldOut) {
    for (const [i, id] of ids.entries())
      if (id !== numberId) counter.addSuggested(model.best(ids.slice(0, i), 3), id);
  }
  return counter;
}
