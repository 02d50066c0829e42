import * as z from 'zod';
import { mostFolds } from '../hybrid/folds.ts';
import { keyboardTableSettings } from '../next-word/settings.ts';

/** Settings of the study. */
export const hybridSettings = z.strictObject({
  /** Number of folds, each with other phones that the rounds never see. */
  folds: z.int().min(1).max(mostFolds).default(mostFolds),
  /**
   * Training of the shared parts; as for the keyboard's table, but with fewer rounds and without masks, which
   * change no sum.
   */
  shared: keyboardTableSettings
    .pick({ model: true, words: true, ngrams: true, rowLength: true, pretraining: true, federated: true })
    .extend({ fineTuning: keyboardTableSettings.shape.fineTuning })
    .prefault({
      // Smaller than the table's, because five of them are trained.
      model: { embedding: 96, gru: 256, dropout: 0.2 },
      // The same as when the weights of its mixture were fitted.
      fineTuning: { epochs: 2, average: null },
      // All messages of a phone train, while the table holds a fifth of them out: more words are in common
      // than a query can find at 4.
      words: { masking: 'off', further: [{ threshold: 5, words: 5_000, buckets: 65_536 }] },
      ngrams: { masking: 'off' },
      federated: {
        cohort: 10,
        batchSize: 4,
        maxExamples: 200,
        tau: 0.0005,
        stages: [
          { rounds: 100, learningRate: 1, serverLearningRate: 0.03 },
          { rounds: 30, learningRate: 1, serverLearningRate: 0.01 },
          { rounds: 20, learningRate: 0.5, serverLearningRate: 0.004 },
        ],
      },
    }),
});
