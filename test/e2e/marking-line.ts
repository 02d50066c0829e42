import type { ClientOptions } from '@murmuration/client-sdk/client/options';
import { memoryStorage } from '@murmuration/client-sdk/node';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { lineOptions } from './line.ts';

/** Devices, and values of the model: one for each of them. */
const devices = 6;

/** A masked task whose model tells whose updates are in it. */
export const markingTask: Partial<TaskDefinition> = {
  model: () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 1, inputShape: [devices], useBias: false, kernelInitializer: 'zeros' }),
      ],
    }),
  update: { clip: 1, bits: 16, weighting: 'uniform' },
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: devices, minimum: 4, overSelection: 1 },
};

/** A device that adds 1 to its own value; `train` is awaited first. */
export function markingOptions(
  url: string | URL,
  index: number,
  transport: ClientOptions['transport'],
  train: () => unknown = () => {},
  storage = memoryStorage(),
): ClientOptions {
  const trainer: Trainer = {
    async train(model) {
      await train();
      const delta = new Float32Array(model.layout.count);
      delta[index] = 1;
      return { delta, examples: 1, metrics: {} };
    },
    async close() {},
  };
  const tasks = { line: { examples: () => [index], trainer } };
  return { ...lineOptions(String(url), index, storage), url, ...(transport && { transport }), tasks };
}

/** How often each device is in the newest version of a coordinator, of a task of one round. */
export async function marks(url: string): Promise<number[]> {
  const { models } = await (await fetch(`${url}/v1/tasks/line/models`)).json();
  const [{ url: path, contributors }] = models;
  const address = new URL(path, url);
  const { weightsManifest } = await (await fetch(address)).json();
  const weights = await fetch(new URL(weightsManifest[0].paths[0], address));
  const values = new Float32Array(await weights.arrayBuffer());
  // Quantisation alone is below a thousandth.
  return Array.from(values, value => Math.abs(Math.round(value * contributors * 100) / 100));
}
