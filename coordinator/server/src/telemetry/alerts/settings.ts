import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { webhookSchema } from './webhooks/settings.ts';

const share = z
  .number()
  .gt(0, 'expected a share between 0 and 1, such as 0.1')
  .lt(1, 'expected a share between 0 and 1, such as 0.1');

const figure = z.strictObject({
  /**
   * Name of a held-out figure, such as `top3`; tasks whose evaluator gives no figure of this name are not
   * watched for it.
   */
  figure: z.string().min(1).max(100),
  /** Direction that is better. @default 'higher' */
  better: z.enum(['higher', 'lower']).default('higher'),
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
     * @default [{ figure: 'top3', better: 'higher', margin: 0.02 },
     * { figure: 'accuracy', better: 'higher', margin: 0.02 }]
     */
    figuresFell: z
      .array(figure)
      .max(20)
      .refine(figures => new Set(figures.map(each => each.figure)).size === figures.length, {
        error: 'expected each figure once',
      })
      .default([
        { figure: 'top3', better: 'higher', margin: 0.02 },
        { figure: 'accuracy', better: 'higher', margin: 0.02 },
      ]),
    /**
     * Time without a device that could take part in a task; at least two intervals of its rounds.
     * @default '1 h'
     */
    noEligibleDevices: duration
      .refine(span => span >= 60_000, 'expected a minute at least')
      .nullable()
      .default(3_600_000),
    /** Free space on the disk of the storage folder. @default {} */
    diskFilling: z
      .strictObject({
        /** Share of free disk space below which an alert begins. @default 0.1 */
        free: share.default(0.1),
        /**
         * Time within which the disk will be full at the pace of the last hours; null ignores the pace.
         * @default '1 d'
         */
        within: duration.nullable().default(86_400_000),
      })
      .nullable()
      .prefault({}),
    /** Number of enrolments within a time that is more than an app normally gains. @default {} */
    manyEnrolments: z
      .strictObject({
        /** Number of devices that enrol. @default 1_000 */
        devices: z.int().min(1).default(1_000),
        /** Time in which they enrol. @default '10 min' */
        within: duration.refine(span => span >= 1_000, 'expected a second at least').default(600_000),
      })
      .nullable()
      .prefault({}),
    /**
     * True if an alert begins when the requests to a version have drifted from its reference, by
     * `inference.drift`.
     * @default true
     */
    dataDrifted: z.boolean().default(true),
    /** Webhooks that alerts are sent to. @default [] */
    webhooks: z.array(webhookSchema).max(10).default([]),
  })
  .prefault({});

export type AlertSettings = z.output<typeof alertsSchema>;
export type FigureSettings = AlertSettings['figuresFell'][number];
