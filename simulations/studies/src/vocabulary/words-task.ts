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

/** The task in which phones are asked for words, and its query. */
export const wordsTaskName = 'words';
export const wordsQueryName = 'words';

/** Phones that are asked at most: enough to find what most people type, and few enough to answer in seconds. */
const mostAsked = 150;
/** Phones that type a word before it is shown, at least: below that, no query shows anything. */
const fewestSaying = 3;
/** Fewer phones than this have too few on the side of counts. */
export const fewestPhones = 8;

/** How many of so many phones are asked. */
export function phonesAsked(devices: number): number {
  return Math.min(mostAsked, devices);
}

/** Of so many that are asked, so many answer each of the two rounds: all that are on the side of counts, of which there may be a few less. */
function answersOf(asked: number): number {
  return Math.max(fewestSaying, Math.floor(0.9 * (1 - sketchShare) * asked));
}

/** Of so many that answer, so many type a word before it is shown: one in twelve, so that the words of single phones don't hide others. */
export function wordThreshold(answers: number): number {
  return Math.max(fewestSaying, Math.round(answers / 12));
}

/** A task that only asks: which words as many phones as the threshold have typed, and how long messages are. It has to be paused, since it has nothing to teach. */
export function wordsTask(devices: number): Task {
  const answers = answersOf(phonesAsked(devices));
  const threshold = wordThreshold(answers);
  return defineTask({
    name: wordsTaskName,
    // A task has a model; nothing of this one is learned, and nobody is asked to.
    model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
    plan: { learningRate: 1 },
    update: { clip: 1 },
    cohort: { goal: answers, minimum: Math.max(threshold, Math.ceil(0.6 * answers)), overSelection: 1 },
    // Nobody is ever missing, so that a phase is over as soon as all have answered, however slow the machine is.
    deadlines: {
      gathering: '2 min',
      keys: '2 min',
      shares: '2 min',
      updates: '10 min',
      agreement: '2 min',
      unmasking: '2 min',
    },
    uploadSlot: 0,
    schedule: { every: '1 h' },
    queries: [
      defineQuery({
        name: wordsQueryName,
        kind: 'heavy-hitters',
        threshold,
        // The second round begins within it.
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

/** What a phone says of its messages where it is asked. It protects nobody: what was typed once is said, and so are digits. */
export function wordAnswers(messages: readonly string[]): Readonly<Record<string, AnswerOptions>> {
  return {
    [wordsQueryName]: {
      kinds: ['heavy-hitters'],
      answer: () => ({ texts: wordsOf(messages), times: 1, digits: true }),
    },
  };
}

/** The trainer of phones for a task that only asks. */
export const asksOnly: Trainer = {
  async train() {
    throw new MurmurationError(
      'training.unsupported',
      `The task "${wordsTaskName}" only asks; there is nothing to learn.`,
    );
  },
  async close() {},
};
