import { windowTests } from '@murmuration/monitoring/windows/compare';
import * as z from 'zod';

/** Joining of outcomes to predictions. */
export const feedbackSchema = z
  .strictObject({
    /**
     * Milliseconds after which an outcome is too late, and after which counts are forgotten.
     * @default 7 * 86_400_000
     */
    horizon: z
      .int()
      .min(60_000)
      .max(366 * 86_400_000)
      .default(7 * 86_400_000),
    /** Positive outcome by model, whose false alarms are counted, such as `{"spam": true}`. @default {} */
    positive: z
      .record(z.string().min(1).max(128), z.union([z.string().max(256), z.number(), z.boolean()]))
      .default({}),
  })
  .nullable()
  .prefault({});

export type FeedbackSettings = NonNullable<z.output<typeof feedbackSchema>>;

/** Comparison of a version's windows with its reference, common to all models. */
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

/** Comparison of the windows of models without settings of their own. */
export type DriftSettings = z.output<z.ZodObject<typeof comparison>> & {
  /** Number of rows in a version's reference, unless one is given: the first that it is asked. */
  readonly reference: number;
};

const standardDrift = {
  share: 0.5,
  test: 'jensen-shannon',
  // That of the test.
  threshold: null,
  correction: 'none',
  reference: 1_000,
} as const;

export const driftSchema = z
  .strictObject({
    /** Minimum ms of a window. @default 3_600_000 */
    every: comparison.every.default(3_600_000),
    /** Minimum rows of a window before it is compared: few rows differ by chance. @default 1_000 */
    atLeast: comparison.atLeast.default(1_000),
  })
  .transform((settings): DriftSettings => ({ ...standardDrift, ...settings }))
  .nullable()
  .prefault({});

/** Settings of one model that replace the general ones. */
export const modelDriftSchema = z.strictObject({
  every: comparison.every.exactOptional(),
  atLeast: comparison.atLeast.exactOptional(),
  share: comparison.share.exactOptional(),
  test: comparison.test.exactOptional(),
  threshold: comparison.threshold.exactOptional(),
  correction: comparison.correction.exactOptional(),
  /** Settings by feature name. */
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
  /** Features whose drift is expected, and no finding. */
  expected: z.array(z.string().min(1).max(256)).max(200).exactOptional(),
});

export type ModelDriftSettings = z.output<typeof modelDriftSchema>;

/** Coordinator that a replica reports its predictions to. */
export const reportSchema = z
  .strictObject({
    /** URL of the coordinator; by default the one that models come from. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    /** Inference token of the coordinator with the rights `monitor` and `feedback`. */
    token: z.string().min(1).max(200),
  })
  .nullable()
  .default(null);
