import type * as tf from '@murmuration/engine/tfjs/tf';
import { seededUniform } from '@murmuration/engine/training/seeded';
import * as z from 'zod';
import { type Digit, mnist } from '../data/mnist.ts';
import { partition } from '../partition/partition.ts';
import { partitionSpec } from '../partition/spec.ts';
import type { FederatedData } from '../scenario/federated-data.ts';
import { digitAccuracy } from './accuracy.ts';
import { digitObjective } from './objective.ts';
import { digitPoisons } from './poisons.ts';

/** Number of clients in the published experiments. */
const clients = 100;

/**
 * Pathological split of McMahan et al. 2017, §3: 200 shards of 300 digits sorted by label, two per client.
 */
export const pathological = { kind: 'shards', clients } as const;

/** Common part of scenarios on MNIST; each seed spreads the digits differently. */
export const digitSetting = {
  sections: {
    data: z.strictObject({ partition: partitionSpec.prefault({ kind: 'iid', clients }) }),
  },
  data(settings: {
    readonly seed: number;
    readonly data: { readonly partition: z.output<typeof partitionSpec> };
  }): FederatedData<Digit> {
    const { train, heldOut, ...columns } = mnist();
    const uniform = seededUniform(settings.seed);
    return { train, heldOut, clients: partition(settings.data.partition, train.length, columns, uniform) };
  },
  objective: () => digitObjective,
  poisons: digitPoisons,
  metrics: {
    accuracy: { unit: 'share', better: 'higher' },
    loss: { unit: 'nats', better: 'lower' },
  },
  measure: async (model: tf.LayersModel, digits: readonly Digit[]) => ({
    weight: digits.length,
    metrics: await digitAccuracy(model, digits),
  }),
} as const;
