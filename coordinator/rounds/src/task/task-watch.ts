import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';

const week = 7 * 86_400_000;

const watchRule = z.strictObject({
  /**
   * Metric that is watched. `accuracy`: share of predictions that differ from their outcome; `error`:
   * distance of numbers from their outcome; `failures`: requests that failed; `latency`: requests slower
   * than `gate.latencyP99`; `verdicts`: devices that kept the version before.
   */
  metric: z.enum(['accuracy', 'error', 'failures', 'latency', 'verdicts']),
  /** Tolerated difference from the version before: a share, or a number for `error`. @default 0 */
  worseBy: z.number().min(0).default(0),
  /**
   * Time for which a promoted version is watched; it is compared with the same time before the promotion.
   * @default '6 h'
   */
  window: duration.refine(ms => ms >= 60_000 && ms <= week, 'expected 1 min to 7 d').default(6 * 3_600_000),
});

/** Schema of `watch`: a rule, or several. */
export const watchSchema = z
  .union([watchRule, z.array(watchRule).min(1).max(5)])
  .transform(rules => (Array.isArray(rules) ? rules : [rules]));

/** Rule on a live metric of a promoted version, complete. */
export type WatchRule = z.output<typeof watchRule>;
