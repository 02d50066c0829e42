import { guardsByDefault, newExperiment } from '@murmuration/api/experiment';
import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';

const { atLeast, devices, metric, query } = newExperiment.shape;

/** The form of how a version that passed the gate becomes what everybody gets. */
export const promotionSchema = z
  .strictObject({
    /** Always `canary`: more and more keys get the version, and all once no guard has found it worse. */
    kind: z.literal('canary'),
    /** Shares of the keys, growing. */
    steps: z.array(z.number().gt(0).lt(1)).min(1).max(20),
    /** How long each step lasts, at least. */
    each: duration.refine(ms => ms >= 1_000, 'expected at least 1 s'),
    /** What ends it: the version goes back, and is not promoted by itself again. By default failures by more than 0.01, and nothing where `query` is given. */
    guards: z
      .array(
        z.strictObject({
          /** `failures`, `latency`, `accuracy` or `error`. */
          metric: metric.unwrap(),
          /** How much worse than the champion is no reason yet. @default 0 */
          worseBy: z.number().min(0).default(0),
        }),
      )
      .max(4)
      .optional(),
    /** Units of the version below which no step ends. @default 50 */
    atLeast: atLeast,
    /** By which it is compared. @default 'accuracy' */
    metric: metric,
    /** Where a request says whose it is. @default {} */
    key: z
      .strictObject({
        /** A header, or a parameter of the request. @default 'header' */
        in: z.enum(['header', 'parameter']).default('header'),
        /** Its name. @default 'x-murmuration-key' */
        name: z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, hyphens and underscores')
          .default('x-murmuration-key'),
      })
      .prefault({}),
    /** Whether devices get it step by step as well; else those have the champion until the end. @default false */
    devices: devices,
    /** Name of a query of the kind `arm`: only devices get it step by step, and say what became of its predictions. @default null */
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

/** How a version that passed the gate becomes what everybody gets, complete. */
export type Promotion = z.output<typeof promotionSchema>;

/**
 * A version that passed the gate is tried on more and more requests before everybody gets it: `steps` are shares of the keys, `each` how long a
 * step lasts at least. A guard that finds it worse takes it back for good.
 */
export function canary(
  options: Omit<z.input<typeof promotionSchema>, 'kind'>,
): z.input<typeof promotionSchema> {
  return { kind: 'canary', ...options };
}
