import { tableModel } from '@murmuration/demo-keyboard-app/task/model';
import { commonSettings } from '@murmuration/simulations/scenario/settings';
import * as z from 'zod';
import { ngramSettings } from '../ngrams/settings.ts';
import { vocabularySettings } from '../vocabulary/settings.ts';
import { fittedPrior } from './fitted-prior.ts';

const whole = z.int().min(1);
const positive = z.number().positive();
/** Negative classes drawn for the softmax of a step; null: all classes. */
const negatives = whole.max(1_000_000).nullable();

/** Settings of training by Adam in one place. */
const centralSettings = z.strictObject({
  /** Number of epochs; 0 for none. */
  epochs: z.int().min(0).max(100),
  /** Rows per step. */
  batchSize: whole.max(4_096).default(32),
  /** Learning rate of the first epoch. */
  learningRate: positive.max(10).default(0.002),
  /** Learning rate of the last epoch as a share of the first; linear in between. */
  lastRate: positive.max(1).default(0.2),
  /** Longest L2 norm of a step's gradient. */
  gradientClip: positive.default(1),
  negatives: negatives.default(400),
});
export type CentralSettings = z.output<typeof centralSettings>;

/** Rounds with the same learning rates. */
const stage = z.strictObject({
  rounds: whole.max(100_000),
  /** Learning rate of the phones. */
  learningRate: positive,
  /** Learning rate of FedAdam. */
  serverLearningRate: positive,
});

/**
 * Further query for words that are not known yet and that fewer phones have typed; other settings as in the
 * first query.
 */
const furtherWords = vocabularySettings.pick({ threshold: true, words: true, buckets: true });

/** Training of the shared model by phones and coordinator. */
const federatedSettings = z.strictObject({
  /**
   * Stages in order, each from the model of the one before with new moments, as if an operator changed the
   * task.
   */
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
  /** Messages that a phone draws for a round: the fewer steps, the less phones drift apart. */
  maxExamples: whole.default(60),
  negatives: negatives.default(200),
  /** Longest L2 norm of an update (`clip`), and bits per value. */
  clip: positive.default(15),
  bits: z.int().min(2).max(24).default(8),
  /** Largest weight of an update, in proportion to the examples used. */
  weightCap: whole.max(65_536).default(8),
  /** τ of FedAdam. */
  tau: positive.default(0.0003),
  masking: commonSettings.masking,
});
export type FederatedSettings = z.output<typeof federatedSettings>;

/** Fine-tuning of each phone's copy of the shared model. */
const fineTuning = z.strictObject({
  epochs: whole.max(100).default(3),
  batchSize: whole.max(4_096).default(4),
  learningRate: positive.default(0.5),
  proximal: z.number().min(0).default(0.01),
  gradientClip: positive.default(1),
  negatives: negatives.default(200),
  /** Share of the last steps whose weights are averaged; null: the weights after the last step. */
  average: positive.max(1).nullable().default(1),
});

const mixture = z.record(z.string(), z.number().min(0).max(1));

/** Weights of the personal models by name, in all contexts and by the confidence in a context. */
const prior = z.strictObject({
  weights: mixture,
  bins: z.record(z.string(), mixture).optional(),
  questions: positive.max(1e9),
});

/** Rounds under a privacy budget, with the accounting for a population larger than the simulated one. */
const privateSettings = z.strictObject({
  /** Budgets ε; null: without noise. */
  epsilons: z.array(positive.max(1e6).nullable()).min(1).default([1, 4, 10, null]),
  delta: positive.lt(1).default(1e-7),
  /** Devices in the accounting (`population`), and devices whose updates make a round (`cohort`). */
  population: whole.max(1e9).default(1_000_000),
  cohort: whole.max(1_000_000).default(6_500),
  rounds: whole.max(100_000).default(100),
  /** Phones that train in a simulated round. */
  simulated: whole.max(280).default(20),
  /** Messages that a phone draws for a round. */
  maxExamples: whole.default(200),
  /** Longest L2 norm of an update. */
  clip: positive.default(1),
  /** Learning rate of the phones. */
  learningRate: positive.default(1),
  /** Learning rate of FedAdam. */
  serverLearningRate: positive.default(0.01),
  tau: positive.default(0.001),
});
export type PrivateSettings = z.output<typeof privateSettings>;

/**
 * Settings of the keyboard table. The defaults were chosen on the last ninth of the phones' training
 * messages, with models trained on the others, never on held-out messages.
 */
export const keyboardTableSettings = z.strictObject({
  /** Seed of all randomness. */
  seed: z.int().min(0).max(1_000_000).default(1),
  /**
   * Model that is trained centrally, by federation, and further on each phone; its output is tied to its
   * embedding.
   */
  model: z
    .strictObject({
      /** Maximum number of ids, including special ones; fewer if phones agree on fewer words. */
      vocabulary: whole.max(30_000).default(tableModel.vocabulary),
      embedding: whole.max(1_024).default(tableModel.embedding),
      gru: whole.max(2_048).default(tableModel.gru),
      /** Share of values dropped in training before and after the GRU. */
      dropout: z.number().min(0).lt(1).default(tableModel.dropout),
    })
    .prefault({}),
  /**
   * Queries to all phones for the words of the vocabulary, before any training; `further` ones follow the
   * first.
   */
  words: vocabularySettings
    .omit({ phones: true })
    .extend({
      further: z
        .array(furtherWords)
        .max(4)
        .default([{ threshold: 4, words: 5_000, buckets: 65_536 }]),
    })
    .prefault({}),
  /** Counting of the n-grams that phones have in common, once the words are known. */
  ngrams: ngramSettings.prefault({}),
  /** Tokens in a row of a batch. */
  rowLength: whole.max(1_000).default(20),
  /** Pretraining on public text; central and federated training begin with its weights. */
  pretraining: centralSettings.prefault({ epochs: 2, lastRate: 1 }),
  central: centralSettings.prefault({ epochs: 10 }),
  federated: federatedSettings.prefault({}),
  fineTuning: fineTuning.prefault({}),
  /** Prior of the weights of each phone's mixture; null: none. */
  prior: prior.nullable().default(fittedPrior),
  /** True to fit such weights on the last ninth of the phones' training messages, in place of the table. */
  fitPrior: z.boolean().default(false),
  /** Recall for several ε in place of the table; null: the table. */
  privacy: privateSettings.nullable().default(null),
});
export type KeyboardTableSettings = z.output<typeof keyboardTableSettings>;
