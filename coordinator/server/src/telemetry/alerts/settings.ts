import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { webhookSchema } from './webhooks/settings.ts';

const figure = z.strictObject({
  /**
   * Name of a held-out figure, such as `top3`; tasks whose evaluator gives no figure of this name are not
   * watched for it.
   */
  figure: z.string().min(1).max(100),
  /** Amount by which a version may be worse than the one before, in the figure's own unit. */
  margin: z.number().min(0),
});

/** Alerts that operators get automatically: `alerts` of the configuration. null switches a rule off. */
export const alertsSchema = z
  .strictObject({
    /** Number of rounds of a task that fail in a row. @default 3 */
    roundsFailing: z.int().min(1).max(50).nullable().default(3),
    /**
     * Held-out figures that must not get worse from one version to the next.
     * @default [{ figure: 'top3', margin: 0.02 },
     * { figure: 'accuracy', margin: 0.02 }]
     */
    figuresFell: z
      .array(figure)
      .max(20)
      .refine(figures => new Set(figures.map(each => each.figure)).size === figures.length, {
        error: 'expected each figure once',
      })
      .default([
        { figure: 'top3', margin: 0.02 },
        { figure: 'accuracy', margin: 0.02 },
      ]),
    /**
     * Time without a device that could take part in a task; at least two intervals of its rounds.
     * @default '1 h'
     */
    noEligibleDevices: duration
      .refine(span => span >= 60_000, 'expected a minute at least')
      .nullable()
      .default(3_600_000),
    /** Number of enrolments within 10 minutes that is more than an app normally gains. @default 1_000 */
    manyEnrolments: z.int().min(1).nullable().default(1_000),
    /** Webhooks that alerts are sent to. @default [] */
    webhooks: z.array(webhookSchema).max(10).default([]),
  })
  .prefault({});

export type AlertSettings = z.output<typeof alertsSchema>;
export type FigureSettings = AlertSettings['figuresFell'][number];
