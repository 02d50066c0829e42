import { windowTests } from '@murmuration/monitoring/windows/compare';
import * as z from 'zod';

/** How outcomes are joined to predictions. */
export const feedbackSchema = z
  .strictObject({
    /** Predictions that wait for their outcomes at most; the oldest give way. @default 100_000 */
    pending: z.int().min(1).max(10_000_000).default(100_000),
    /** ms after which an outcome comes too late, and after which counts are forgotten. @default 7 * 86_400_000 */
    horizon: z
      .int()
      .min(60_000)
      .max(366 * 86_400_000)
      .default(7 * 86_400_000),
    /** By model, the outcome whose false alarms are counted, such as `{"spam": true}`. @default {} */
    positive: z
      .record(z.string().min(1).max(128), z.union([z.string().max(256), z.number(), z.boolean()]))
      .default({}),
  })
  .nullable()
  .prefault({});

export type FeedbackSettings = NonNullable<z.output<typeof feedbackSchema>>;

/** How windows of what a version is asked are compared with what it was made for; of every model. */
const comparison = {
  every: z
    .int()
    .min(1_000)
    .max(31 * 86_400_000),
  atLeast: z.int().min(50).max(10_000_000),
  share: z.number().gt(0).max(1),
  test: z.enum(windowTests),
  threshold: z.number().min(0).max(1_000).nullable(),
  correction: z.enum(['none', 'bonferroni', 'benjamini-hochberg']),
};

export const driftSchema = z
  .strictObject({
    /** ms that a window lasts at least. @default 3_600_000 */
    every: comparison.every.default(3_600_000),
    /** Rows that a window holds at least before it is compared: few rows differ by chance. @default 1_000 */
    atLeast: comparison.atLeast.default(1_000),
    /** Share of the features that have to drift before the data as a whole has drifted. @default 0.5 */
    share: comparison.share.default(0.5),
    /** By which counts are compared. @default 'jensen-shannon' */
    test: comparison.test.default('jensen-shannon'),
    /** From which on a feature has drifted, or of a p-value below which; null: the test's own. @default null */
    threshold: comparison.threshold.default(null),
    /** What makes up for testing many features at a time. @default 'none' */
    correction: comparison.correction.default('none'),
    /** Rows that the reference of a version is made of, where nobody gives one: the first that it is asked. @default 1_000 */
    reference: z.int().min(100).max(10_000).default(1_000),
  })
  .nullable()
  .prefault({});

export type DriftSettings = NonNullable<z.output<typeof driftSchema>>;

/** What people set for one model, in place of the settings of all. */
export const modelDriftSchema = z.strictObject({
  every: comparison.every.exactOptional(),
  atLeast: comparison.atLeast.exactOptional(),
  share: comparison.share.exactOptional(),
  test: comparison.test.exactOptional(),
  threshold: comparison.threshold.exactOptional(),
  correction: comparison.correction.exactOptional(),
  /** By the name of a feature. */
  features: z
    .record(
      z.string().min(1).max(256),
      z.strictObject({
        test: comparison.test.exactOptional(),
        threshold: z.number().min(0).max(1_000).exactOptional(),
      }),
    )
    .refine(features => Object.keys(features).length <= 200, 'expected an object with at most 200 features')
    .exactOptional(),
  /** Features whose drift is no finding. */
  expected: z.array(z.string().min(1).max(256)).max(200).exactOptional(),
});

export type ModelDriftSettings = z.output<typeof modelDriftSchema>;

/** To which coordinator a replica tells what it predicts. */
export const reportSchema = z
  .strictObject({
    /** Of the coordinator; by default the one that models come from. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** An inference token of the coordinator with the rights `monitor` and `feedback`. */
    token: z.string().min(1).max(200),
    /** ms between two windows. @default 1_000 */
    every: z.int().min(100).max(3_600_000).default(1_000),
  })
  .nullable()
  .default(null);
