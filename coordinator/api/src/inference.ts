import * as z from 'zod';
import { count, instant } from './scalars.ts';

const ms = z.number().min(0).nullable();

const sums = {
  requests: count,
  errors: count,
  p50: ms.describe('ms within which half of the requests ended; null without any'),
  p99: ms.describe('ms within which 99 of 100 ended'),
};

export const inferenceModelStates = ['loaded', 'idle', 'unloaded', 'failed'] as const;
export type InferenceModelState = (typeof inferenceModelStates)[number];

/** Version that clients of the inference server can ask, or that is in its memory. */
export const inferenceVersion = z.object({
  version: z.string(),
  aliases: z.array(z.string()).describe('Those that name it'),
  state: z
    .enum(inferenceModelStates)
    .describe('idle: loaded when somebody asks; unloaded: refuses requests until it is loaded'),
  reason: z.string().nullable().describe('Why it did not load'),
  bytes: count.nullable().describe('Memory that it takes; null where it is not loaded'),
  engine: z.string().nullable().describe('On what it runs, and why'),
  askedAt: instant.nullable().describe('When somebody asked it last'),
  ...sums,
  queue: ms.describe('ms that a request waited for the model, on average'),
  batch: z.number().min(0).nullable().describe('Rows that ran together, on average'),
  perSecond: z.number().min(0).describe('Requests a second in the last whole minute'),
  feedback: z
    .object({
      outcomes: count.describe('Predictions whose outcome is known'),
      known: z.number().min(0).max(1).describe('Their share of all predictions'),
      accuracy: z
        .object({ value: z.number(), low: z.number(), high: z.number() })
        .nullable()
        .describe(
          'Share of outcomes that the best guess was right about, and between which it is with 95 % confidence; null for numbers',
        ),
      error: z
        .number()
        .nullable()
        .describe('Root of the mean squared error where outcomes are numbers; null for classes'),
    })
    .nullable()
    .describe('What became of predictions within the horizon; null without any, or where nobody asks'),
});

/** GET /v1/admin/inference: the inference server of the coordinator; sums are of the last hour. */
export const inference = z.object({
  isReady: z.boolean(),
  pending: count.describe('Requests under way'),
  memory: z.object({ used: count, budget: count }).describe('Bytes'),
  models: z.array(
    z.object({
      name: z.string(),
      standard: z.string().describe('The alias or version that a request means which names none'),
      versions: z.array(inferenceVersion),
    }),
  ),
  minutes: z.array(z.object({ at: instant, ...sums })).describe('The oldest first'),
  recent: z
    .array(
      z.object({
        at: instant,
        model: z.string(),
        version: z.string().describe('Empty where none was found'),
        protocol: z.string(),
        code: z.string().describe('`ok`, or the code of an error'),
        ms: z.number().min(0),
      }),
    )
    .describe('The newest requests, the newest first: neither what they held nor who asked'),
});
export type InferenceState = z.infer<typeof inference>;
export type InferenceVersion = z.infer<typeof inferenceVersion>;

/** Answer to a command for a model, sent once it is done. */
export const inferenceChanged = z.object({ model: z.string() });
