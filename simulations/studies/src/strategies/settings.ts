import * as z from 'zod';
import { contestants } from './contestants.ts';

const names = Object.keys(contestants) as [string, ...string[]];

/** Settings of the study. */
export const strategiesSettings = z.strictObject({
  /** Number of clients, over which all digits are spread. */
  clients: z.int().min(10).max(1_000).default(100),
  /** Updates per round. */
  cohort: z.int().min(7).max(1_000).default(10),
  /** Target accuracy on held-out digits. */
  target: z.number().gt(0).lt(1).default(0.95),
  /** Maximum number of rounds. */
  rounds: z.int().min(1).max(10_000).default(200),
  /** α of the second partition, a Dirichlet distribution. */
  alpha: z.number().positive().max(1_000).default(0.3),
  /** Units of the perceptron's hidden layer. */
  hidden: z.int().min(1).max(1_000).default(100),
  plan: z
    .strictObject({
      epochs: z.int().min(1).max(100).default(1),
      batchSize: z.int().min(1).max(4_096).default(10),
      learningRate: z.number().positive().max(1_000).default(0.2),
      /** Maximum digits of a client that are used. */
      maxExamples: z.int().min(1).max(60_000).default(600),
    })
    .prefault({}),
  /** Strategies to run. */
  strategies: z.array(z.enum(names)).min(1).default(names),
  /** Held-out digits on which models are measured. */
  heldOut: z.int().min(10).max(10_000).default(2_000),
});
export type StrategiesSettings = z.output<typeof strategiesSettings>;
