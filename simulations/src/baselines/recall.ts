import { type Recall, RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { numberId, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { WittenBell } from './witten-bell.ts';

/** Top-1 and top-3 recall of an n-gram model on held-out messages, scored like the trained models. */
export function recallOf(model: WittenBell, vocabulary: Vocabulary, heldOut: Iterable<string>): Recall {
  const counter = new RecallCounter();
  const scores = new Float64Array(vocabulary.size);
  for (const message of heldOut) {
    const ids = vocabulary.encode(message);
    for (const [i, id] of ids.entries()) {
      if (id === numberId) continue;
      counter.add(model.probabilities(ids.slice(0, i), scores), 0, vocabulary.size, id);
    }
  }
  return counter.recall;
}
