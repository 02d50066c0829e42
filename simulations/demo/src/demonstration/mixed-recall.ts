import { visitScores } from '@murmuration/demo-keyboard-app/task/metrics';
import { RecallCounter } from '@murmuration/demo-keyboard-app/task/recall';
import { firstWordId, startId, type Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import type * as tf from '@murmuration/engine/tfjs/tf';
import { decodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { NgramModel } from '@murmuration/protocol/ngrams/ngram-model';

/** Recall, and the weight of a mixture, as fractions from 0 to 1. */
export interface MixedRecall {
  readonly top1: number;
  readonly top3: number;
  /** Weight of the n-grams in the mixture, the mean of both halves. */
  readonly share: number;
}

/** Iterations that fit the weight of a mixture. */
const fits = 60;

/** Probabilities that the two parts of a mixture give to the words that came. */
interface Given {
  readonly model: number[];
  readonly ngrams: number[];
}

/**
 * Top-1 and top-3 recall of a model mixed with n-grams of all phones, on held-out messages of phones. One
 * half of the phones chooses the weight by maximum likelihood, and the other measures with it, both ways.
 * Uses no data of a single phone.
 */
export async function mixedRecall(
  model: tf.LayersModel,
  file: Uint8Array,
  vocabulary: Vocabulary,
  phones: readonly (readonly string[])[],
  threads = 1,
): Promise<MixedRecall> {
  const ngrams = new NgramModel(decodeNgrams(file));
  const messages = phones.flatMap((each, phone) => each.map(text => ({ text, half: phone % 2 })));
  const [own, others] = [new Float32Array(vocabulary.size), new Float32Array(vocabulary.size)];
  /** Visits each word with the probabilities of both parts before it, and the half it belongs to. */
  const visit = (heard: (target: number, half: number) => void) =>
    visitScores(
      model,
      vocabulary,
      messages.map(({ text }) => text),
      (scores, offset, { message, ids, position }) => {
        softmaxOfWords(scores, offset, own);
        // A vocabulary that has grown since has words without n-grams.
        ngrams.probabilities([startId, ...ids], position + 1, others.subarray(0, ngrams.classes));
        heard(ids[position]!, messages[message]!.half);
      },
      threads,
    );
  const given: readonly Given[] = [0, 1].map(() => ({ model: [], ngrams: [] }));
  await visit((target, half) => {
    if (target < firstWordId) return;
    given[half]!.model.push(own[target]!);
    given[half]!.ngrams.push(others[target]!);
  });
  const weights = given.map(likeliestWeight);
  const counter = new RecallCounter();
  await visit((target, half) => {
    const weight = weights[1 - half]!;
    for (let id = firstWordId; id < own.length; id++)
      own[id] = (1 - weight) * own[id]! + weight * others[id]!;
    counter.add(own, 0, own.length, target);
  });
  const { top1, top3 } = counter.recall;
  return { top1, top3, share: (weights[0]! + weights[1]!) / 2 };
}

/** Probabilities of words, from the scores of all ids. */
function softmaxOfWords(scores: Float32Array, offset: number, into: Float32Array): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let id = firstWordId; id < into.length; id++) most = Math.max(most, scores[offset + id]!);
  let sum = 0;
  for (let id = firstWordId; id < into.length; id++) {
    into[id] = Math.exp(scores[offset + id]! - most);
    sum += into[id]!;
  }
  for (let id = firstWordId; id < into.length; id++) into[id] = into[id]! / sum;
}

/** Maximum-likelihood weight of the second part, by expectation–maximisation. */
function likeliestWeight({ model, ngrams }: Given): number {
  let weight = 0.5;
  for (let fit = 0; fit < fits; fit++) {
    let sum = 0;
    for (const [i, one] of model.entries()) {
      const other = weight * ngrams[i]!;
      const both = (1 - weight) * one + other;
      if (both > 0) sum += other / both;
    }
    weight = model.length > 0 ? sum / model.length : 0;
  }
  return weight;
}
