import { type ExperimentTerms, guardsByDefault, newExperiment } from '@murmuration/api/experiment';
import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';

const { metric, query } = newExperiment.shape;

/** Schema of how a version that passed the gate is rolled out. */
export const promotionSchema = z
  .strictObject({
    /** Growing shares of the keys. */
    steps: z.array(z.number().gt(0).lt(1)).min(1).max(20),
    /** Shortest duration of each step. */
    each: duration.refine(ms => ms >= 1_000, 'expected at least 1 s'),
    /**
     * Metrics that end the canary where the version is worse by more than chance, or by more than 0.01 in
     * `failures`: the version is taken back, and is not promoted automatically again. By default `failures`;
     * none if devices report outcomes.
     */
    guards: z.array(metric.unwrap()).max(4).optional(),
    /** Header of requests that names their key. @default 'x-murmuration-key' */
    key: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, hyphens and underscores')
      .default('x-murmuration-key'),
    /**
     * True if devices also get the version step by step; else they keep the champion until the end. The name
     * of a query of the kind `arm`: only devices get it step by step, and they report the outcomes of its
     * predictions.
     * @default false
     */
    devices: z.union([z.boolean(), query.unwrap().unwrap()]).default(false),
  })
  .refine(
    ({ steps }) => steps.every((share, at) => at === 0 || share > steps[at - 1]!),
    'expected steps that grow',
  )
  .transform(promotion => ({
    ...promotion,
    guards: promotion.guards ?? guardsByDefault(queryOf(promotion)).map(guard => guard.metric),
  }));

/** Rollout of a version that passed the gate, complete. */
export type Promotion = z.output<typeof promotionSchema>;

/** Difference from the champion that a guard tolerates. */
const tolerated = { failures: 0.01, latency: 0, accuracy: 0, error: 0 } as const;

/** Name of the query that devices report outcomes by; null if requests get the version. */
export function queryOf({ devices }: { readonly devices: boolean | string }): string | null {
  return typeof devices === 'string' ? devices : null;
}

/** Returns the terms of the experiment that rolls a version out. */
export function canaryTerms(
  promotion: Promotion,
  { name, version }: { readonly name: string; readonly version: number },
): ExperimentTerms {
  const { steps, each, guards, key, devices } = promotion;
  return newExperiment.parse({
    name,
    kind: 'canary',
    arms: [{ name: 'challenger', version }],
    steps: steps.map(share => ({ share, for: each })),
    guards: guards.map(guard => ({ metric: guard, worseBy: tolerated[guard] })),
    // Figures are compared by what is guarded, if that is about predictions.
    metric: guards.includes('error') ? 'error' : 'accuracy',
    key: { name: key },
    devices: devices === true,
    query: queryOf(promotion),
  });
}

/**
 * Rolls a version that passed the gate out to growing shares of requests: `steps` are shares of the keys,
 * `each` the shortest duration of a step. If a guard finds the version worse, it is taken back for good.
 */
export function canary(options: z.input<typeof promotionSchema>): z.input<typeof promotionSchema> {
  return options;
}
