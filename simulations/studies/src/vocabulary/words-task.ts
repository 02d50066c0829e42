import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import * as tf from '@murmuration/engine/tfjs/tf';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { sketchShare } from '@murmuration/protocol/queries/sides';
import { defineTask } from '@murmuration/rounds/task/define-task';
import type { Task } from '@murmuration/rounds/task/task';
import { lengthsQuery } from './message-lengths.ts';
import { wordsOf } from './words.ts';

/** Name of the task that asks phones for words, and of its query. */
export const wordsTaskName = 'words';
export const wordsQueryName = 'words';

/** Maximum number of phones asked: enough to find common words, and few enough to answer in seconds. */
const maxAskedPhones = 150;
/** Minimum threshold: below it, no query shows anything. */
const fewestSaying = 3;
/** Minimum number of phones; fewer leave too few on the side of counts. */
export const fewestPhones = 8;

/** Returns the number of phones that are asked. */
export function phonesAsked(devices: number): number {
  return Math.min(maxAskedPhones, devices);
}

/**
 * Returns the number of answers that each of the two rounds waits for: all phones on the side of counts,
 * minus a margin for the random sides.
 */
function answersOf(asked: number): number {
  return Math.max(fewestSaying, Math.floor(0.9 * (1 - sketchShare) * asked));
}

/**
 * Returns the threshold for a number of answers: one in twelve, so that words of single phones don't hide
 * others.
 */
export function wordThreshold(answers: number): number {
  return Math.max(fewestSaying, Math.round(answers / 12));
}

/**
 * Defines a task that only asks: for the words that at least the threshold of phones have typed, and for
 * message lengths. It has to be paused, because it trains nothing.
 */
export function wordsTask(devices: number): Task {
  const answers = answersOf(phonesAsked(devices));
  const threshold = wordThreshold(answers);
  return defineTask({
    name: wordsTaskName,
    // A task needs a model; this one is never trained.
    model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
    plan: { learningRate: 1 },
    update: { clip: 1 },
    cohort: { goal: answers, minimum: Math.max(threshold, Math.ceil(0.6 * answers)), overSelection: 1 },
    // No phone is ever missing, so a phase ends when all have answered, even on a slow machine.
    deadlines: { gathering: '2 min', messages: '2 min', updates: '10 min' },
    uploadSlot: 0,
    schedule: { every: '1 h' },
    queries: [
      defineQuery({
        name: wordsQueryName,
        kind: 'heavy-hitters',
        threshold,
        // The second round must begin within the period.
        period: '1 h',
        values: 1_000,
        bytes: 12,
        texts: 3_500,
        buckets: 20_480,
      }),
      lengthsQuery(threshold),
    ],
  });
}

/**
 * Returns a phone's answer to the query for words. It protects no one: it sends words that were typed only
 * once, and digits.
 */
export function wordAnswers(messages: readonly string[]): Readonly<Record<string, AnswerOptions>> {
  return {
    [wordsQueryName]: {
      kinds: ['heavy-hitters'],
      answer: () => ({ texts: wordsOf(messages), times: 1, digits: true }),
    },
  };
}

/** Trainer of phones for a task that only asks. */
export const asksOnly: Trainer = {
  async train() {
    throw new MurmurationError(
      'training.unsupported',
      `The task "${wordsTaskName}" only asks; there is nothing to learn.`,
    );
  },
  async close() {},
};
