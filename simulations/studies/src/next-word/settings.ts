import { tableModel } from '@murmuration/demo-keyboard-app/task/model';
import { commonSettings } from '@murmuration/simulations/scenario/settings';
import * as z from 'zod';
import { ngramSettings } from '../ngrams/settings.ts';
import { vocabularySettings } from '../vocabulary/settings.ts';
import { fittedPrior } from './fitted-prior.ts';

const whole = z.int().min(1);
const positive = z.number().positive();
/** Classes that the softmax of a step draws beside the labels; null for all. */
const negatives = whole.max(1_000_000).nullable();

/** How text in one place is learned, by Adam. */
const centralSettings = z.strictObject({
  /** Passes over the text; 0 for none. */
  epochs: z.int().min(0).max(100),
  /** Rows in one step. */
  batchSize: whole.max(4_096).default(32),
  /** In the first epoch. */
  learningRate: positive.max(10).default(0.002),
  /** In the last epoch, as a share of the first one's; those between lie on a line. */
  lastRate: positive.max(1).default(0.2),
  /** Longest L2 norm of the gradient of one step. */
  gradientClip: positive.default(1),
  negatives: negatives.default(400),
});
export type CentralSettings = z.output<typeof centralSettings>;

/** Rounds under the same learning rates. */
const stage = z.strictObject({
  rounds: whole.max(100_000),
  /** Of the phones. */
  learningRate: positive,
  /** Of FedAdam. */
  serverLearningRate: positive,
});

/** A query for words that are not known yet, which fewer phones have typed; the rest as in the first one. */
const furtherWords = vocabularySettings.pick({ threshold: true, words: true, buckets: true });

/** How the phones and the coordinator train the shared model. */
const federatedSettings = z.strictObject({
  /** One after the other, each from the model of the one before with new moments: as an operator changes a task. */
  stages: z
    .array(stage)
    .min(1)
    .default([
      { rounds: 450, learningRate: 1, serverLearningRate: 0.03 },
      { rounds: 150, learningRate: 1, serverLearningRate: 0.01 },
      { rounds: 175, learningRate: 1, serverLearningRate: 0.003 },
      { rounds: 50, learningRate: 1, serverLearningRate: 0.001 },
    ]),
  /** Phones whose updates make a round. */
  cohort: whole.max(280).default(20),
  epochs: whole.max(100).default(1),
  batchSize: whole.max(4_096).default(10),
  gradientClip: positive.default(1),
  /** Messages that a phone draws for a round: the fewer steps it takes, the less phones drift apart. */
  maxExamples: whole.default(60),
  negatives: negatives.default(200),
  /** Longest L2 norm of an update, and the bits of a value of it. */
  clip: positive.default(15),
  bits: z.int().min(2).max(24).default(8),
  /** The largest weight of an update, in proportion to the examples used. */
  weightCap: whole.max(65_536).default(8),
  /** Of FedAdam. */
  tau: positive.default(0.0003),
  masking: commonSettings.masking,
});
export type FederatedSettings = z.output<typeof federatedSettings>;

/** The copy of the shared model that each phone trains further. */
const fineTuning = z.strictObject({
  epochs: whole.max(100).default(3),
  batchSize: whole.max(4_096).default(4),
  learningRate: positive.default(0.5),
  proximal: z.number().min(0).default(0.01),
  gradientClip: positive.default(1),
  negatives: negatives.default(200),
  /** The share of the steps, the last ones, of whose weights the copy is the mean; null: the weights after the last step. */
  average: positive.max(1).nullable().default(1),
});

const mixture = z.record(z.string(), z.number().min(0).max(1));

/** Weights of the personal models by name, in all contexts and by how well these are known. */
const prior = z.strictObject({
  weights: mixture,
  bins: z.record(z.string(), mixture).optional(),
  questions: positive.max(1e9),
});

/** Rounds under a privacy budget, accounted for a population that is larger than that of the phones that there are. */
const privateSettings = z.strictObject({
  /** The budgets; null: without noise. */
  epsilons: z.array(positive.max(1e6).nullable()).min(1).default([1, 4, 10, null]),
  delta: positive.lt(1).default(1e-7),
  /** Devices in the accounting, and those of them whose updates make a round. */
  population: whole.max(1e9).default(1_000_000),
  cohort: whole.max(1_000_000).default(6_500),
  rounds: whole.max(100_000).default(100),
  /** Phones that train in a round of the simulation. */
  simulated: whole.max(280).default(20),
  /** Messages that a phone draws for a round. */
  maxExamples: whole.default(200),
  /** Longest L2 norm of an update. */
  clip: positive.default(1),
  /** Of the phones. */
  learningRate: positive.default(1),
  /** Of FedAdam. */
  serverLearningRate: positive.default(0.01),
  tau: positive.default(0.001),
});
export type PrivateSettings = z.output<typeof privateSettings>;

/**
 * All that the keyboard table depends on; each lever is one of these. The defaults were chosen on the last ninth of the phones' training
 * messages, with the models learning from the others, never on held-out ones.
 */
export const keyboardTableSettings = z.strictObject({
  /** Of everything that is drawn. */
  seed: z.int().min(0).max(1_000_000).default(1),
  /** The one model that is trained centrally, by federation, and further on each phone; its output is tied to its embedding. */
  model: z
    .strictObject({
      /** Ids, special ones included, at most: fewer where phones agree on fewer words. */
      vocabulary: whole.max(30_000).default(tableModel.vocabulary),
      embedding: whole.max(1_024).default(tableModel.embedding),
      gru: whole.max(2_048).default(tableModel.gru),
      /** Share of values that training leaves out before the GRU and behind it. */
      dropout: z.number().min(0).lt(1).default(tableModel.dropout),
    })
    .prefault({}),
  /** How the words of the vocabulary are found, by queries to all phones before anything is learned; `further` come after the first. */
  words: vocabularySettings
    .omit({ phones: true })
    .extend({
      further: z
        .array(furtherWords)
        .max(4)
        .default([{ threshold: 4, words: 5_000, buckets: 65_536 }]),
    })
    .prefault({}),
  /** How the n-grams that phones have in common are counted, once they know their words. */
  ngrams: ngramSettings.prefault({}),
  /** Tokens in a row of a batch. */
  rowLength: whole.max(1_000).default(20),
  /** On public text, before the phones' own: central and federated training begin with the same weights. */
  pretraining: centralSettings.prefault({ epochs: 2, lastRate: 1 }),
  central: centralSettings.prefault({ epochs: 10 }),
  federated: federatedSettings.prefault({}),
  fineTuning: fineTuning.prefault({}),
  /** From which each phone's weights of its mixture begin; null: nothing. */
  prior: prior.nullable().default(fittedPrior),
  /** Fits such weights on the last ninth of the phones' training messages, in place of the table. */
  fitPrior: z.boolean().default(false),
  /** Recall for several ε in place of the table; null: the table. */
  privacy: privateSettings.nullable().default(null),
});
export type KeyboardTableSettings = z.output<typeof keyboardTableSettings>;
