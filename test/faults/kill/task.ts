import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { defineTask } from '@murmuration/coordinator/task/define-task';
import * as tf from '@murmuration/engine/tf';

/** Devices of the cohort, and values of the model: one for each device. */
export const cohortSize = 8;
export const taskName = 'kill';
export const enrolmentToken = 'a token for the kill test';

const limit = '10 s';

/** A masked task of short rounds whose every version tells who contributed to it, and how often. */
export function killTask() {
  return defineTask({
    name: taskName,
    model: () =>
      tf.sequential({
        layers: [
          tf.layers.dense({
            units: 1,
            inputShape: [cohortSize],
            useBias: false,
            kernelInitializer: 'zeros',
          }),
        ],
      }),
    plan: { learningRate: 1 },
    update: { kind: 'ring', clip: 1, bits: 16, weighting: 'uniform' },
    masking: { threat: 'honest-but-curious', corrupt: 0.1, dropping: 0.3 },
    cohort: { goal: cohortSize, minimum: 5, overSelection: 1 },
    deadlines: { gathering: limit, keys: limit, shares: limit, updates: limit, unmasking: limit },
    schedule: { every: 0 },
  });
}

/** Adds 1 to the value of its device, after up to 250 ms: what a version gained, times its contributors, is who they are. */
export function markingTrainer(device: number, pause: () => number): Trainer {
  return {
    async train(model) {
      await new Promise(resolve => setTimeout(resolve, pause()));
      const delta = new Float32Array(model.layout.count);
      delta[device] = 1;
      return { delta, examples: 1, metrics: {} };
    },
    async close() {},
  };
}
