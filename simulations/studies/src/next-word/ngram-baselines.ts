import { type Recall, RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { mostFrequentWords, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type { PhoneMessages } from '@murmuration/simulations/data/federated-text';
import { KneserNey } from '../baselines/kneser-ney.ts';
import { NgramMixture } from '../baselines/ngram-mixture.ts';
import { countRecall } from '../baselines/recall.ts';
import type { SpreadingModel } from '../baselines/spread.ts';
import { WittenBell } from '../baselines/witten-bell.ts';
import { learnedAndKept } from './split.ts';

export interface NgramBaselines {
  readonly unigram: Recall;
  readonly trigram: Recall;
  /** Recall of the pooled trigram mixed with that of the phone itself. */
  readonly mixedNgram: Recall;
  /** Weight λ of the phone's own trigram, the same for all phones. */
  readonly ownWeight: number;
  /** Recall with modified Kneser-Ney smoothing of the pooled trigram; `mixedKneserNey` is mixed as above. */
  readonly kneserNey: Recall;
  readonly mixedKneserNey: Recall;
}

/** Phone's messages as token ids. */
interface Encoded {
  readonly train: readonly number[][];
  readonly heldOut: readonly number[][];
}

/** Measures the n-gram baselines. All know every word of the pooled training text. */
export function measureNgrams(phones: readonly PhoneMessages[]): NgramBaselines {
  const vocabulary = mostFrequentWords(
    phones.flatMap(phone => phone.train),
    Number.POSITIVE_INFINITY,
  );
  const { size } = vocabulary;
  const encoded = phones.map(phone => encode(phone, vocabulary));
  const everybody = (order: 1 | 3) => trainedOn(encoded, order, size);
  const recallOf = (model: SpreadingModel) =>
    countRecall(
      new RecallCounter(),
      new NgramMixture({ model, weight: 1 }),
      encoded.flatMap(phone => phone.heldOut),
    ).recall;
  const trigram = everybody(3);
  const ownWeight = fitOwnWeight(phones, vocabulary, parts => trainedOn(parts, 3, size));
  const kneserNeyOn = (parts: readonly Encoded[]) =>
    new KneserNey(
      size,
      parts.flatMap(({ train }) => train),
    );
  const kneserNey = kneserNeyOn(encoded);
  const besideKneserNey = fitOwnWeight(phones, vocabulary, kneserNeyOn);
  return {
    unigram: recallOf(everybody(1)),
    trigram: recallOf(trigram),
    mixedNgram: mixedRecall(encoded, trigram, ownWeight, size),
    ownWeight,
    kneserNey: recallOf(kneserNey),
    mixedKneserNey: mixedRecall(encoded, kneserNey, besideKneserNey, size),
  };
}

function encode({ train, heldOut }: PhoneMessages, vocabulary: Vocabulary): Encoded {
  const ids = (messages: readonly string[]) => messages.map(message => vocabulary.encode(message));
  return { train: ids(train), heldOut: ids(heldOut) };
}

function trainedOn(phones: readonly Encoded[], order: 1 | 3, size: number): WittenBell {
  return new WittenBell(
    order,
    size,
    phones.flatMap(phone => phone.train),
  );
}

/**
 * Candidates for λ; the best top-1 recall on the last training messages of all phones, given the others,
 * decides.
 */
const weights = [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];

function fitOwnWeight(
  phones: readonly PhoneMessages[],
  vocabulary: Vocabulary,
  trained: (parts: readonly Encoded[]) => SpreadingModel,
): number {
  const parts = phones.map(({ train }) => encode(learnedAndKept(train), vocabulary));
  const everybody = trained(parts);
  const recalls = weights.map(weight => mixedRecall(parts, everybody, weight, vocabulary.size).top1);
  return weights[recalls.indexOf(Math.max(...recalls))]!;
}

/** Returns the recall of the pooled trigram mixed with each phone's own. */
function mixedRecall(
  phones: readonly Encoded[],
  everybody: SpreadingModel,
  ownWeight: number,
  size: number,
): Recall {
  const counter = new RecallCounter();
  for (const { train, heldOut } of phones) {
    const own = { model: new WittenBell(3, size, train), weight: ownWeight };
    countRecall(counter, new NgramMixture({ model: everybody, weight: 1 - ownWeight }, own), heldOut);
  }
  return counter.recall;
}
