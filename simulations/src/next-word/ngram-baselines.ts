import { type Recall, RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { mostFrequentWords, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { NgramMixture } from '../baselines/ngram-mixture.ts';
import { countRecall } from '../baselines/recall.ts';
import { WittenBell } from '../baselines/witten-bell.ts';
import type { Phone } from '../data/federated-text.ts';
import { learnedAndKept } from './split.ts';

export interface NgramBaselines {
  readonly unigram: Recall;
  readonly trigram: Recall;
  /** Of the trigram of everybody's text mixed with that of the phone's own. */
  readonly mixedNgram: Recall;
  /** λ of the phone's own: one for all phones. */
  readonly ownWeight: number;
}

/** The n-grams that the models are compared with. All know every word of the pooled training text. */
export function measureNgrams(phones: readonly Phone[]): NgramBaselines {
  const train = phones.flatMap(phone => phone.train);
  const heldOut = phones.flatMap(phone => phone.heldOut);
  const vocabulary = mostFrequentWords(train, Number.POSITIVE_INFINITY);
  const alone = (order: 1 | 3) =>
    new NgramMixture({ model: new WittenBell(order, vocabulary, train), weight: 1 });
  const recallOf = (model: NgramMixture) =>
    countRecall(new RecallCounter(), model, vocabulary, heldOut).recall;
  const ownWeight = fitOwnWeight(phones, vocabulary);
  const everybody = new WittenBell(3, vocabulary, train);
  return {
    unigram: recallOf(alone(1)),
    trigram: recallOf(new NgramMixture({ model: everybody, weight: 1 })),
    mixedNgram: mixedRecall(phones, everybody, ownWeight, vocabulary),
    ownWeight,
  };
}

/** Of these the λ under which the last training messages of all phones have the next word first most often, given the others. */
const weights = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];

function fitOwnWeight(phones: readonly Phone[], vocabulary: Vocabulary): number {
  const parts = phones.map(({ train }) => learnedAndKept(train));
  const everybody = new WittenBell(
    3,
    vocabulary,
    parts.flatMap(({ train }) => train),
  );
  const recalls = weights.map(weight => mixedRecall(parts, everybody, weight, vocabulary).top1);
  return weights[recalls.indexOf(Math.max(...recalls))]!;
}

/** Recall of everybody's trigram mixed with each phone's own. */
function mixedRecall(
  phones: readonly Phone[],
  everybody: WittenBell,
  ownWeight: number,
  vocabulary: Vocabulary,
): Recall {
  const counter = new RecallCounter();
  for (const { train, heldOut } of phones) {
    const own = { model: new WittenBell(3, vocabulary, train), weight: ownWeight };
    const mixture = new NgramMixture({ model: everybody, weight: 1 - ownWeight }, own);
    countRecall(counter, mixture, vocabulary, heldOut);
  }
  return counter.recall;
}
