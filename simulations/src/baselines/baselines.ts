import { type Recall, RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { FederatedText } from '../data/federated-text.ts';
import { NgramMixture } from './ngram-mixture.ts';
import { countRecall } from './recall.ts';
import { WittenBell } from './witten-bell.ts';

/** The n-grams that a keyboard model is compared with. Both know every word of the pooled training text. */
export function measureBaselines({ phones }: FederatedText): {
  readonly unigram: Recall;
  readonly trigram: Recall;
} {
  const train = phones.flatMap(phone => phone.train);
  const heldOut = phones.flatMap(phone => phone.heldOut);
  const vocabulary = mostFrequentWords(train, Number.POSITIVE_INFINITY);
  const measure = (order: 1 | 3) => {
    const model = new NgramMixture({ model: new WittenBell(order, vocabulary, train), weight: 1 });
    return countRecall(new RecallCounter(), model, vocabulary, heldOut).recall;
  };
  return { unigram: measure(1), trigram: measure(3) };
}
