import { sequencesOf } from '@murmuration/demo-keyboard-app/task/ngrams';
import { type Recall, RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { numberId, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { decodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { NgramModel } from '@murmuration/protocol/ngrams/ngram-model';

/** Evaluation of the n-grams that phones have in common. */
export interface CountedPart {
  readonly part: 'counted';
  readonly file: Uint8Array;
  readonly words: readonly string[];
  readonly heldOut: readonly string[];
}

export function measureCounted({ file, words, heldOut }: CountedPart): Recall {
  const vocabulary = new Vocabulary(words);
  const model = new NgramModel(decodeNgrams(file));
  const values = new Float32Array(vocabulary.size);
  const counter = new RecallCounter();
  for (const ids of sequencesOf(heldOut, vocabulary))
    for (let end = 1; end < ids.length; end++) {
      const next = ids[end]!;
      if (next === numberId) continue;
      counter.add(model.probabilities(ids, end, values), 0, vocabulary.size, next);
    }
  return counter.recall;
}
