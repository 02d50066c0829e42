import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { direction, isTrigger, keyOf, type Trigger, zone } from './triggers.ts';

const clockTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'expected a time of the day such as "22:00"');

/** Schema of `retrain` in a task's definition: when training runs begin and end. */
export const retrainSchema = z
  .strictObject({
    /**
     * Triggers of training runs, made by `cron(…)`, `drift(…)`, `accuracyBelow(…)`,
     * `accuracyWorseThanAtPromotion(…)`, `newExamples(…)` and `webhook(…)`; with none, only operators begin
     * runs.
     * @default []
     */
    when: z
      .array(
        z.custom<Trigger>(isTrigger, 'expected a trigger such as cron("0 3 * * 1") or drift({ share: 0.3 })'),
      )
      .max(20)
      .refine(triggers => new Set(triggers.map(keyOf)).size === triggers.length, {
        error: 'expected each trigger once, and another name for each webhook',
        when: ({ issues }) => issues.length === 0,
      })
      .default([]),
    /** Time from the end of a run until triggers may begin another one. @default 0 */
    cooldown: duration.default(0),
    /**
     * Hours of the day in which no trigger begins a run; a trigger that fires waits until they end.
     * @default null
     */
    quietHours: z
      .strictObject({
        /** Start of the quiet hours, such as `22:00`. */
        from: clockTime,
        /** End of the quiet hours, such as `06:00`. */
        to: clockTime,
        /** Time zone of `from` and `to`. @default 'UTC' */
        timezone: zone,
      })
      .refine(({ from, to }) => from !== to, { path: ['to'], error: 'expected another time than from' })
      .nullable()
      .default(null),
    /** Limit on the runs that triggers may begin; null for no limit. @default null */
    runs: z
      .strictObject({
        /** Most runs within `per`; runs that operators began count too. */
        most: z.int().min(1).max(1_000),
        /** Time span in which runs are counted. */
        per: duration.refine(span => span > 0, 'expected a time above 0'),
      })
      .nullable()
      .default(null),
    /** Conditions that end a run, whichever comes first; a spent privacy budget also ends it. */
    until: z.strictObject({
      /** Number of versions that the run makes. @default null */
      rounds: z.int().min(1).max(1_000_000).nullable().default(null),
      /** Ends the run if a held-out metric hasn't improved over a number of versions. @default null */
      plateau: z
        .strictObject({
          /** Name of the metric, as the task's evaluation gives it. */
          metric: z.string().min(1).max(100),
          /** Number of versions in a row that are no better than the best version before them. */
          rounds: z.int().min(1).max(1_000_000),
          /** Smallest improvement that counts, in the metric's own unit. @default 0 */
          by: z.number().min(0).default(0),
          /** Direction in which the metric is better. @default 'higher' */
          better: direction,
        })
        .nullable()
        .default(null),
      /** Ends the run once a held-out metric reaches a value. @default null */
      target: z
        .strictObject({
          /** Name of the metric, as the task's evaluation gives it. */
          metric: z.string().min(1).max(100),
          /** Value that is good enough. */
          value: z.number(),
          /** Direction in which the metric is better. @default 'higher' */
          better: direction,
        })
        .nullable()
        .default(null),
      /** Longest time since the run began; a round under way then is the last one. @default null */
      time: duration
        .refine(span => span > 0, 'expected a time above 0')
        .nullable()
        .default(null),
      /** Number of failed rounds in a row. @default 10 */
      failures: z.int().min(1).max(10_000).default(10),
    }),
  })
  .nullable()
  .default(null);

/** Retraining settings, complete and checked. */
export type Retrain = NonNullable<z.output<typeof retrainSchema>>;

/**
 * Returns the field, and the end of an error sentence about it, if a task can't be retrained this way; else
 * undefined.
 */
export function misfitOf(
  { until, when }: Retrain,
  task: { readonly hasEvaluation: boolean; readonly hasPrivacy: boolean; readonly isCentral: boolean },
): { readonly field: string; readonly message: string } | undefined {
  const { rounds, plateau, target, time } = until;
  if (!rounds && !plateau && !target && !time && !task.hasPrivacy)
    return {
      field: 'retrain.until',
      message: 'must have one of rounds, plateau, target and time, so that a run ends',
    };
  for (const [name, rule] of Object.entries({ plateau, target }))
    if (rule && !task.hasEvaluation)
      return {
        field: `retrain.until.${name}`,
        message: `needs the metric "${rule.metric}", and nothing measures versions: give the task an evaluation`,
      };
  if (!task.isCentral && when.some(({ kind }) => kind === 'new-examples'))
    return {
      field: 'retrain.when',
      message:
        "has newExamples(…), and the examples of devices can't be counted here; only training: central({ … }) counts them",
    };
  return undefined;
}
