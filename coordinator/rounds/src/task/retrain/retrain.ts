import { duration } from '@murmuration/protocol/time/duration';
import * as z from 'zod';
import { isTimezone, isTrigger, keyOf, type Trigger } from './triggers.ts';

const time = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const hoursForm = new RegExp(`^(${time})-(${time})(?: (\\S+))?$`);
const expectedHours = 'expected two times of the day and perhaps a time zone, such as "22:00-06:00 UTC"';

/** Returns the start, the end and the time zone of quiet hours. */
export function hoursOf(text: string): { readonly from: string; readonly to: string; readonly zone: string } {
  const [, from = '', to = '', zone = 'UTC'] = hoursForm.exec(text) ?? [];
  return { from, to, zone };
}

function isQuietHours(text: string): boolean {
  const { from, to, zone } = hoursOf(text);
  return from !== to && isTimezone(zone);
}

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
     * Hours of the day in which no trigger begins a run, such as `22:00-06:00`, in UTC or in the time zone
     * that follows, such as `22:00-06:00 Europe/Berlin`; a trigger that fires waits until they end.
     * @default null
     */
    quietHours: z
      .string()
      .regex(hoursForm, expectedHours)
      .refine(isQuietHours, expectedHours)
      .nullable()
      .default(null),
    /** Conditions that end a run, whichever comes first; a spent privacy budget also ends it. */
    until: z.strictObject({
      /** Number of versions that the run makes. @default null */
      rounds: z.int().min(1).max(1_000_000).nullable().default(null),
      /**
       * Name of the held-out metric of `plateau` and `target`, as the task's evaluation gives it. Losses,
       * perplexities, errors, latencies and false predictions are better if they are lower, all others if
       * they are higher.
       * @default null
       */
      metric: z.string().min(1).max(100).nullable().default(null),
      /** Number of versions in a row that are no better than the best version before them. @default null */
      plateau: z.int().min(1).max(1_000_000).nullable().default(null),
      /** Value of the metric that is good enough. @default null */
      target: z.number().nullable().default(null),
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
  const { rounds, metric, plateau, target, time } = until;
  if (!rounds && !plateau && target === null && !time && !task.hasPrivacy)
    return {
      field: 'retrain.until',
      message: 'must have one of rounds, plateau, target and time, so that a run ends',
    };
  if (metric === null && (plateau || target !== null))
    return { field: 'retrain.until.metric', message: 'must name the metric of plateau and target' };
  if (metric !== null && !task.hasEvaluation)
    return {
      field: 'retrain.until.metric',
      message: `is "${metric}", and nothing measures versions: give the task an evaluation`,
    };
  if (!task.isCentral && when.some(({ kind }) => kind === 'new-examples'))
    return {
      field: 'retrain.when',
      message:
        "has newExamples(…), and the examples of devices can't be counted here; only training: central({ … }) counts them",
    };
  return undefined;
}
