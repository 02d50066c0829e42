import * as z from 'zod';
import { count, instant } from './scalars.ts';

const figure = z.number().nullable();

/** One rule of a gate, with the figures of its decision. */
export const gateCheck = z.object({
  rule: z.enum(['better', 'never-worse', 'latency-p99', 'size']),
  metric: z.string().nullable().describe('The held-out metric, where the rule is about one'),
  slice: z.string().nullable().describe('The part of the held-out examples; null: all of them'),
  champion: figure.describe(
    'Of metrics as they are, of latencies in ms, of sizes in bytes; null: not measured',
  ),
  challenger: figure,
  limit: z.number().describe('The difference, the ms or the bytes that the rule names'),
  test: z
    .object({
      kind: z.enum(['paired-bootstrap', 'mcnemar']),
      units: z.enum(['examples', 'slices']).describe('What was resampled or counted'),
      count: count.describe('How many of them'),
      interval: z
        .tuple([z.number(), z.number()])
        .nullable()
        .describe('Two-sided, of the mean difference towards the better; null of McNemar’s test'),
      p: z.number(),
    })
    .nullable()
    .describe('How sure the difference is; null where no test is asked for'),
  passed: z.boolean(),
  text: z.string().describe('The same as a sentence'),
});
export type GateCheckMessage = z.infer<typeof gateCheck>;

/** Decision of a task's gate about a version, as shown publicly. */
export const publicGate = z.object({
  outcome: z
    .enum(['passed', 'failed', 'undecided'])
    .describe('undecided: something could not be measured; it is tried again'),
  reason: z.string().nullable().describe('Why it did not pass'),
  against: count.describe('Number of the champion that it was compared with'),
  checks: z.array(gateCheck),
  decidedAt: instant,
  promotedAt: instant.nullable().describe('When it became the champion by this; null: it did not'),
  rolledBack: z
    .object({ at: instant, reason: z.string() })
    .nullable()
    .describe('When and why it was taken back by itself, since a live figure fell; null: it was not'),
});
export type PublicGate = z.infer<typeof publicGate>;

/** Decision of a gate, as shown to operators. */
export const gate = publicGate.extend({
  heldBy: z
    .string()
    .nullable()
    .describe(
      'The operator whose pinned version, or the experiment that, keeps this one, which passed, from being served',
    ),
});
export type GateMessage = z.infer<typeof gate>;
