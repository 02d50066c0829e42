import { duration } from '@murmuration/protocol/time/duration';
import { partitionSpec } from '@murmuration/simulations/partition/spec';
import * as z from 'zod';

const positive = z.number().positive();
const whole = z.int().min(1);

/** Settings of the study. */
export const asynchronySettings = z.strictObject({
  /** Runs of each mode, with seeds from the given one on. */
  seeds: whole.max(100).default(5),
  /** Target accuracy on held-out digits. */
  target: positive.lt(1).default(0.9),
  /** Partition of the digits over clients. */
  partition: partitionSpec.prefault({ kind: 'iid', clients: 1_000 }),
  /** True to run asynchronous rounds with masks too. */
  masked: z.boolean().default(false),
  /** Devices that train at the same time, in each mode. */
  concurrency: whole.max(100_000).default(100),
  /** Mean time of a training, half-normally distributed. */
  training: duration.prefault('1 min'),
  plan: z
    .strictObject({
      epochs: whole.max(100).default(1),
      batchSize: whole.max(4_096).default(10),
      learningRate: positive.max(1_000).default(0.3),
    })
    .prefault({}),
  synchronous: z
    .strictObject({
      /** Devices chosen for each update that a round waits for. */
      overSelection: z.number().min(1).max(10).default(1.3),
      /** Server's learning rate. */
      serverLearningRate: positive.max(1_000).default(1),
      /** Maximum number of rounds. */
      rounds: whole.max(1_000_000).default(200),
    })
    .prefault({}),
  asynchronous: z
    .strictObject({
      /** Updates per version. */
      goal: z.int().min(2).max(100_000).default(10),
      /** Versions that may be published while a device trains. */
      maxStaleness: z.int().min(0).max(1_000).default(100),
      serverLearningRate: positive.max(1_000).default(1),
      /** Maximum number of versions. */
      rounds: whole.max(1_000_000).default(2_000),
      /** Versions between evaluations. */
      measured: whole.max(1_000).default(5),
    })
    .prefault({}),
});
export type AsynchronySettings = z.output<typeof asynchronySettings>;
