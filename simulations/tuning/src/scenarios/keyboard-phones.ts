import { recall } from '@murmuration/demo-keyboard-app/task/metrics';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { mostFrequentWords, Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { dialogue } from '@murmuration/simulations/data/dialogue';
import { type FederatedText, spreadOverPhones } from '@murmuration/simulations/data/federated-text';
import { smsText } from '@murmuration/simulations/data/sms';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';
import type { FederatedData } from '@murmuration/simulations/scenario/federated-data';
import { logUniform, oneOf, uniform } from '@murmuration/simulations/spaces/distributions';
import { defineSpace } from '@murmuration/simulations/spaces/given-space';
import * as z from 'zod';

interface KeyboardData extends FederatedData<string> {
  /** Words of the vocabulary. */
  readonly words: readonly string[];
}

/** Sentences of the dialogue per phone, as many as the messages of a real phone. */
const sentencesPerPhone = 200;

/**
 * Scenario of the keyboard table's rounds, for searching settings: from untrained weights, with a vocabulary
 * from the training text, which the table finds in private. Its public text is dialogue of a television
 * series, in pieces of 200 sentences.
 */
export default defineScenario({
  module: import.meta.url,
  name: 'keyboard',
  shows: 'the rounds of the keyboard table: 280 phones teach a model the next word',
  sections: {
    rows: z.strictObject({ length: z.int().min(1).max(1_000).default(20) }),
    model: z.strictObject({
      /** Number of ids, including special ones. */
      vocabulary: z.int().min(10).max(30_000).default(6_000),
      embedding: z.int().min(1).max(1_024).default(96),
      gru: z.int().min(1).max(2_048).default(256),
      dropout: z.number().min(0).lt(1).default(0.2),
    }),
  },
  settings: {
    plan: {
      batchSize: 4,
      learningRate: 1,
      gradientClip: 1,
      maxExamples: 200,
      sampledSoftmax: { negatives: 200 },
    },
    update: { clip: 15, bits: 8, weightCap: 8 },
    strategy: { name: 'fedAdam', serverLearningRate: 0.03, tau: 0.0005 },
    cohort: { goal: 10 },
    stop: { rounds: 200 },
  },
  validation: 'last',
  space: defineSpace({
    settings: {
      'plan.learningRate': logUniform(0.1, 3),
      'strategy.serverLearningRate': logUniform(0.003, 0.3),
      'strategy.tau': logUniform(0.0001, 0.01),
      model: oneOf(
        { embedding: 64, gru: 128, dropout: uniform(0, 0.3) },
        { embedding: 96, gru: 256, dropout: uniform(0, 0.4) },
      ),
    },
    rounds: 54,
    trials: 9,
    leaders: 2,
    finals: 1,
  }),
  data: ({ model }) => dataOf(smsText(), model.vocabulary),
  proxy: ({ model }) =>
    dataOf(
      spreadOverPhones(dialogue(), {
        messagesPerPhone: sentencesPerPhone,
        duplicateWords: 4,
        wordsPerPhone: 5_000,
        heldOutShare: 0.1,
      }),
      model.vocabulary,
    ),
  model: ({ seed, model }, data) => {
    const vocabulary = new Vocabulary((data as KeyboardData).words).size;
    return nextWordModel({ ...model, vocabulary, dense: model.embedding, tied: true }, seed);
  },
  objective: ({ rows }, data) => nextWord(new Vocabulary((data as KeyboardData).words), rows.length),
  metrics: { top1: { unit: 'share', better: 'higher' }, top3: { unit: 'share', better: 'higher' } },
  async measure(model, messages, _, data) {
    const { top1, top3, words } = await recall(model, new Vocabulary((data as KeyboardData).words), messages);
    return { weight: words, metrics: { top1, top3 } };
  },
});

function dataOf({ phones }: FederatedText, vocabulary: number): KeyboardData {
  const train = phones.flatMap(phone => phone.train);
  let first = 0;
  const clients = phones.map(phone => {
    const indices = Uint32Array.from(phone.train, (_, i) => first + i);
    first += phone.train.length;
    return indices;
  });
  return {
    train,
    clients,
    words: mostFrequentWords(train, vocabulary).words,
    // Lazy, so that held-out text is not read before it is measured on.
    get heldOut() {
      return phones.flatMap(phone => phone.heldOut);
    },
  };
}
