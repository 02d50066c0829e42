import * as z from 'zod';
import { contestants } from './contestants.ts';

const names = Object.keys(contestants) as [string, ...string[]];

/** What the study can be told. */
export const strategiesSettings = z.strictObject({
  /** Clients, among whom all digits are spread. */
  clients: z.int().min(10).max(1_000).default(100),
  /** Updates of a round. */
  cohort: z.int().min(7).max(1_000).default(10),
  /** Accuracy on held-out digits that is to be reached. */
  target: z.number().gt(0).lt(1).default(0.95),
  /** Rounds at most. */
  rounds: z.int().min(1).max(10_000).default(200),
  /** α of the second partition, by Dirichlet's distribution. */
  alpha: z.number().positive().max(1_000).default(0.3),
  /** Units of the perceptron's hidden layer. */
  hidden: z.int().min(1).max(1_000).default(100),
  plan: z
    .strictObject({
      epochs: z.int().min(1).max(100).default(1),
      batchSize: z.int().min(1).max(4_096).default(10),
      learningRate: z.number().positive().max(1_000).default(0.2),
      /** Digits of a client that are used at most. */
      maxExamples: z.int().min(1).max(60_000).default(600),
    })
    .prefault({}),
  /** Strategies that are run. */
  strategies: z.array(z.enum(names)).min(1).default(names),
  /** Held-out digits on which models are measured. */
  heldOut: z.int().min(10).max(10_000).default(2_000),
});
export type StrategiesSettings = z.output<typeof strategiesSettings>;
