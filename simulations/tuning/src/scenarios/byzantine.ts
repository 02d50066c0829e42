import { digitAccuracy } from '@murmuration/simulations/digits/accuracy';
import { twoLayerPerceptron } from '@murmuration/simulations/digits/models';
import { backdoorSuccess } from '@murmuration/simulations/digits/poisons';
import { digitSetting } from '@murmuration/simulations/digits/setting';
import { lossFigures } from '@murmuration/simulations/learning-curves/losses';
import { defineScenario } from '@murmuration/simulations/scenario/define-scenario';
import * as z from 'zod';

const signFlip = { share: 0.25, attack: { kind: 'sign-flip', scale: 5 } } as const;
/** One in 20 devices, with a scale that outweighs the others of its round. */
const backdoor = { share: 0.05, attack: { kind: 'backdoor', target: 7, scale: 20 } } as const;
const trimmed = { name: 'trimmedMean', trim: 0.4 } as const;

export default defineScenario({
  ...digitSetting,
  sections: {
    ...digitSetting.sections,
    backdoor: z.strictObject({ target: z.int().min(0).max(9).default(7) }),
  },
  module: import.meta.url,
  name: 'byzantine',
  shows: 'what devices that attack do to MNIST under the mean of all updates, and under those that resist',
  model: ({ seed }) => twoLayerPerceptron(seed),
  settings: {
    plan: { epochs: 1, batchSize: 10, learningRate: 0.1, maxExamples: 600 },
    // Uses single updates, which the median and the trimmed mean need.
    update: { kind: 'float32', clip: 1_000 },
    cohort: { goal: 20 },
    stop: { rounds: 20 },
  },
  variants: {
    honest: {},
    signFlip: { adversaries: signFlip },
    signFlipMedian: { adversaries: signFlip, strategy: { name: 'median' } },
    signFlipTrimmedMean: { adversaries: signFlip, strategy: trimmed },
    backdoor: { adversaries: backdoor },
    backdoorClipped: { adversaries: backdoor, update: { clip: 2 } },
    backdoorMedian: { adversaries: backdoor, strategy: { name: 'median' } },
  },
  metrics: { ...digitSetting.metrics, backdoor: { unit: 'share', better: 'lower' } },
  async measure(model, digits, { backdoor: { target } }) {
    return {
      weight: digits.length,
      metrics: {
        ...(await digitAccuracy(model, digits)),
        backdoor: await backdoorSuccess(model, digits, target),
      },
    };
  },
  figures({ measured, ended }) {
    const last = measured.at(-1)?.metrics;
    const { publishedRounds, failedRounds } = lossFigures(ended);
    return {
      accuracy: last?.accuracy ?? null,
      backdoor: last?.backdoor ?? null,
      publishedRounds,
      failedRounds,
    };
  },
});
