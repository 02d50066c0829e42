import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { direction, isTrigger, keyOf, type Trigger, zone } from './triggers.ts';

const clockTime = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'expected a time of the day such as "22:00"');

/** When a task trains again, and until when; `retrain` of a task's definition. */
export const retrainSchema = z
  .strictObject({
    /**
     * Why training is due: triggers made by `cron(…)`, `drift(…)`, `accuracyBelow(…)`, `accuracyWorseThanAtPromotion(…)`, `newExamples(…)` and `webhook(…)`; none: only operators begin runs.
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
    /** From the end of a run until triggers may begin another one. @default 0 */
    cooldown: duration.default(0),
    /** Hours of the day in which no trigger begins a run; one that fires waits for their end. @default null */
    quietHours: z
      .strictObject({
        /** Their beginning, such as `22:00`. */
        from: clockTime,
        /** Their end, such as `06:00`. */
        to: clockTime,
        /** Of these times. @default 'UTC' */
        timezone: zone,
      })
      .refine(({ from, to }) => from !== to, { path: ['to'], error: 'expected another time than from' })
      .nullable()
      .default(null),
    /** How many runs triggers may begin; null: any number. @default null */
    runs: z
      .strictObject({
        /** Runs, those that operators began among them. */
        most: z.int().min(1).max(1_000),
        /** In this time. */
        per: duration.refine(span => span > 0, 'expected a time above 0'),
      })
      .nullable()
      .default(null),
    /** What ends a run, whichever comes first; a privacy budget that is spent ends it as well. */
    until: z.strictObject({
      /** Versions that it has made. @default null */
      rounds: z.int().min(1).max(1_000_000).nullable().default(null),
      /** A held-out metric got no better over a number of versions. @default null */
      plateau: z
        .strictObject({
          /** Name of the metric, as the task's evaluation gives it. */
          metric: z.string().min(1).max(100),
          /** Versions in a row that are no better than the best one before. */
          rounds: z.int().min(1).max(1_000_000),
          /** By how much a version has to be better to count, in the metric's own unit. @default 0 */
          by: z.number().min(0).default(0),
          /** Which values are the better ones. @default 'higher' */
          better: direction,
        })
        .nullable()
        .default(null),
      /** A held-out metric is as good as this. @default null */
      target: z
        .strictObject({
          /** Name of the metric, as the task's evaluation gives it. */
          metric: z.string().min(1).max(100),
          /** Good enough. */
          value: z.number(),
          /** Which values are the better ones. @default 'higher' */
          better: direction,
        })
        .nullable()
        .default(null),
      /** Time since its beginning; a round that is under way then is the last one. @default null */
      time: duration
        .refine(span => span > 0, 'expected a time above 0')
        .nullable()
        .default(null),
      /** Rounds in a row that failed. @default 10 */
      failures: z.int().min(1).max(10_000).default(10),
    }),
  })
  .nullable()
  .default(null);

/** When a task trains again, and until when; complete and checked. */
export type Retrain = NonNullable<z.output<typeof retrainSchema>>;

/** Why a task can't be retrained so, as the end of a sentence on `field`; undefined where it can. */
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
