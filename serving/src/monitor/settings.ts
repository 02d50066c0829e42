import * as z from 'zod';

/** How outcomes are joined to predictions. */
export const feedbackSchema = z
  .strictObject({
    /** Predictions that wait for their outcomes at most; the oldest give way. */
    pending: z.int().min(1).max(10_000_000).default(100_000),
    /** ms after which an outcome comes too late, and after which counts are forgotten. */
    horizon: z
      .int()
      .min(60_000)
      .max(366 * 86_400_000)
      .default(7 * 86_400_000),
    /** By model, the outcome whose false alarms are counted, such as `{"spam": true}`. */
    positive: z
      .record(z.string().min(1).max(128), z.union([z.string().max(256), z.number(), z.boolean()]))
      .default({}),
  })
  .nullable()
  .prefault({});

export type FeedbackSettings = NonNullable<z.output<typeof feedbackSchema>>;

/** To which coordinator a replica tells what it predicts. */
export const reportSchema = z
  .strictObject({
    /** Of the coordinator; by default the one that models come from. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** An inference token of the coordinator with the rights `monitor` and `feedback`. */
    token: z.string().min(1).max(200),
    /** ms between two windows. */
    every: z.int().min(100).max(3_600_000).default(1_000),
  })
  .nullable()
  .default(null);
