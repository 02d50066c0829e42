import { guardsByDefault, newExperiment } from '@murmuration/api/experiment';
import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';

const { atLeast, devices, metric, query } = newExperiment.shape;

/** Schema of how a version that passed the gate is rolled out. */
export const promotionSchema = z
  .strictObject({
    /**
     * Kind of the promotion, always `canary`: a growing share of keys gets the version, and all of them once
     * no guard has found it worse.
     */
    kind: z.literal('canary'),
    /** Growing shares of the keys. */
    steps: z.array(z.number().gt(0).lt(1)).min(1).max(20),
    /** Shortest duration of each step. */
    each: duration.refine(ms => ms >= 1_000, 'expected at least 1 s'),
    /**
     * Metrics that end the canary: the version is taken back, and is not promoted automatically again. By
     * default `failures` that are worse by more than 0.01; none if `query` is given.
     */
    guards: z
      .array(
        z.strictObject({
          /** Metric of the guard: `failures`, `latency`, `accuracy` or `error`. */
          metric: metric.unwrap(),
          /** Tolerated difference from the champion. @default 0 */
          worseBy: z.number().min(0).default(0),
        }),
      )
      .max(4)
      .optional(),
    /** Fewest units of the version before a step ends. @default 50 */
    atLeast: atLeast,
    /** Metric by which the version is compared. @default 'accuracy' */
    metric: metric,
    /** Part of a request that names its key. @default {} */
    key: z
      .strictObject({
        /** Place of the key: a header, or a parameter of the request. @default 'header' */
        in: z.enum(['header', 'parameter']).default('header'),
        /** Name of the header or parameter. @default 'x-murmuration-key' */
        name: z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, hyphens and underscores')
          .default('x-murmuration-key'),
      })
      .prefault({}),
    /**
     * True if devices also get the version step by step; else they keep the champion until the end.
     * @default false
     */
    devices: devices,
    /**
     * Name of a query of the kind `arm`: only devices get the version step by step, and they report the
     * outcomes of its predictions.
     * @default null
     */
    query: query,
  })
  .refine(
    ({ steps }) => steps.every((share, at) => at === 0 || share > steps[at - 1]!),
    'expected steps that grow',
  )
  .transform(promotion => ({
    ...promotion,
    guards: promotion.guards ?? guardsByDefault(promotion.query),
  }));

/** Rollout of a version that passed the gate, complete. */
export type Promotion = z.output<typeof promotionSchema>;

/**
 * Rolls a version that passed the gate out to growing shares of requests: `steps` are shares of the keys,
 * `each` the shortest duration of a step. If a guard finds the version worse, it is taken back for good.
 */
export function canary(
  options: Omit<z.input<typeof promotionSchema>, 'kind'>,
): z.input<typeof promotionSchema> {
  return { kind: 'canary', ...options };
}
