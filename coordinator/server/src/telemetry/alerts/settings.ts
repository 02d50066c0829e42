import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { webhookSchema } from './webhooks/settings.ts';

const share = z
  .number()
  .gt(0, 'expected a share between 0 and 1, such as 0.1')
  .lt(1, 'expected a share between 0 and 1, such as 0.1');

const figure = z.strictObject({
  /** Name of a held-out figure, such as `top3`; tasks whose evaluator gives none of this name are not watched for it. */
  figure: z.string().min(1).max(100),
  /** Which way is better. @default 'higher' */
  better: z.enum(['higher', 'lower']).default('higher'),
  /** By how much a version may be worse than the one before, in the figure's own unit. */
  margin: z.number().min(0),
});

/** What operators are told of by themselves: `alerts` of the configuration. null switches a rule off. */
export const alertsSchema = z
  .strictObject({
    /** Rounds of a task that fail in a row. @default 3 */
    roundsFailing: z.int().min(1).max(50).nullable().default(3),
    /**
     * Held-out figures that must not get worse from a version to the next.
     * @default [{ figure: 'top3', better: 'higher', margin: 0.02 }, { figure: 'accuracy', better: 'higher', margin: 0.02 }]
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
    /** This long without a device that could take part in a task; at least two intervals of its rounds. @default '1 h' */
    noEligibleDevices: duration
      .refine(span => span >= 60_000, 'expected a minute at least')
      .nullable()
      .default(3_600_000),
    /** The disk of the storage folder. @default {} */
    diskFilling: z
      .strictObject({
        /** Share of the disk that is free, below which it is worth a word. @default 0.1 */
        free: share.default(0.1),
        /** At the pace of the last hours the disk is full within this time; null: its pace does not matter. @default '1 d' */
        within: duration.nullable().default(86_400_000),
      })
      .nullable()
      .prefault({}),
    /** More devices enrol within this time than an app gains. @default {} */
    manyEnrolments: z
      .strictObject({
        /** Devices that enrol. @default 1_000 */
        devices: z.int().min(1).default(1_000),
        /** The time in which they enrol. @default '10 min' */
        within: duration.refine(span => span >= 1_000, 'expected a second at least').default(600_000),
      })
      .nullable()
      .prefault({}),
    /** What a version is asked has drifted from its reference, by `inference.drift`; false: not worth a word. @default true */
    dataDrifted: z.boolean().default(true),
    /** Where alerts are sent to. @default [] */
    webhooks: z.array(webhookSchema).max(10).default([]),
  })
  .prefault({});

export type AlertSettings = z.output<typeof alertsSchema>;
export type FigureSettings = AlertSettings['figuresFell'][number];
