import * as z from 'zod';
import { ruleNames } from './rules.ts';

/** Settings of the study. */
export const robustnessSettings = z.strictObject({
  /** Devices of a cohort; all of them take part in each round. */
  devices: z.int().min(8).max(10_000).default(128),
  /** Groups of a masked cohort. */
  groups: z.int().min(4).max(1_000).default(16),
  /** Examples per device. */
  examples: z.int().min(1).max(600).default(50),
  rounds: z.int().min(1).max(1_000).default(6),
  /** Units of the perceptron's hidden layer. */
  hidden: z.int().min(1).max(1_000).default(32),
  /** Longest update, and so about the longest mean that the coordinator admits. */
  clip: z.number().positive().max(1_000).default(2),
  /** Shares of the devices that attack, in addition to an eighth of the number of groups. */
  shares: z.array(z.number().min(0).max(0.5)).default([0.05, 0.1, 0.2, 0.3]),
  /** Rules to run. */
  rules: z
    .array(z.enum(ruleNames))
    .min(1)
    .default([...ruleNames]),
  /** Held-out digits on which models are measured. */
  heldOut: z.int().min(10).max(10_000).default(2_000),
});
export type RobustnessSettings = z.output<typeof robustnessSettings>;
