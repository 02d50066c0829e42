import * as tf from '@murmuration/engine/tf';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { Task } from '@murmuration/rounds/task/task';
import type { Stores } from '@murmuration/storage/storage';
import { lineTask } from './line.ts';

/** A task whose versions multiply by one number each, the first one by 0. */
export function weightedLine(): Task {
  return lineTask({
    name: 'line',
    model: () =>
      tf.sequential({
        layers: [tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' })],
      }),
  });
}

/** Stores a next version, which multiplies by a number; a coordinator has opened the storage before. */
export async function commitWeight(storage: Stores, weight: number): Promise<void> {
  const head = (await storage.history.head(weightedLine().name))!;
  const registry = new Registry(storage.blobs, storage.history);
  const { topology, layout } = await registry.files(head.version.model);
  const { hash } = await registry.store(topology, layout, Float32Array.of(weight));
  const { model: parent, number } = head.version;
  await storage.history.commit({
    head: { ...head, version: { ...head.version, model: hash, number: number + 1, parent } },
  });
}
