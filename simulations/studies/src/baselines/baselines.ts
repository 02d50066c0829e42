import { type Recall, RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { mostFrequentWords } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { FederatedText } from '@murmuration/simulations/data/federated-text';
import { NgramMixture } from './ngram-mixture.ts';
import { countRecall } from './recall.ts';
import { WittenBell } from './witten-bell.ts';

/** Measures the n-gram baselines of a keyboard model. Both know every word of the pooled training text. */
export function measureBaselines({ phones }: FederatedText): {
  readonly unigram: Recall;
  readonly trigram: Recall;
} {
  const train = phones.flatMap(phone => phone.train);
  const heldOut = phones.flatMap(phone => phone.heldOut);
  const vocabulary = mostFrequentWords(train, Number.POSITIVE_INFINITY);
  const [learned, scored] = [train, heldOut].map(messages => messages.map(each => vocabulary.encode(each)));
  const measure = (order: 1 | 3) => {
    const model = new NgramMixture({ model: new WittenBell(order, vocabulary.size, learned!), weight: 1 });
    return countRecall(new RecallCounter(), model, scored!).recall;
  };
  return { unigram: measure(1), trigram: measure(3) };
}
