import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';

const week = 7 * 86_400_000;

const watchRule = z
  .strictObject({
    /** `accuracy`: predictions whose outcome was another; `error`: how far numbers were from their outcome; `failures`: requests that failed; `latency`: requests slower than `slowerThan`; `verdicts`: devices that went on with the version before. */
    metric: z.enum(['accuracy', 'error', 'failures', 'latency', 'verdicts']),
    /** How much worse than the version before is no reason yet: a share, or a number for `error`. @default 0 */
    worseBy: z.number().min(0).default(0),
    /** How long after a promotion it is watched; as much time before it is what it is compared with. @default '6 h' */
    window: duration.refine(ms => ms >= 60_000 && ms <= week, 'expected 1 min to 7 d').default(6 * 3_600_000),
    /** Units of the new version below which nothing is decided. @default 200 */
    atLeast: z.int().min(20).max(1_000_000).default(200),
    /** The chance of a rollback without a reason, over the whole window. @default 0.01 */
    alpha: z.number().min(1e-6).max(0.2).default(0.01),
    /** For `latency`: above which a request is slow. @default null */
    slowerThan: duration
      .refine(ms => ms > 0, 'expected more than 0 ms')
      .nullable()
      .default(null),
  })
  .refine(
    ({ metric, slowerThan }) => (metric === 'latency') === (slowerThan !== null),
    'expected slowerThan with the metric latency, and with no other',
  );

/** The form of what is watched after a promotion: a rule, or several. */
export const watchSchema = z
  .union([watchRule, z.array(watchRule).min(1).max(5)])
  .transform(rules => (Array.isArray(rules) ? rules : [rules]));

/** What live figure of a version that was promoted may not fall, complete. */
export type WatchRule = z.output<typeof watchRule>;
