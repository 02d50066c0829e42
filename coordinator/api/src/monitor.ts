import * as z from 'zod';
import { versionOutcomes } from './query.ts';
import { count, instant, taskName } from './scalars.ts';

export const driftTests = [
  'chi-squared',
  'jensen-shannon',
  'psi',
  'hellinger',
  'kullback-leibler',
  'total-variation',
  'likelihood-ratio',
] as const;
const test = z.enum(driftTests);
const threshold = z.number().min(0).max(1_000);
const featureName = z.string().min(1).max(256);

const comparison = {
  every: z
    .int()
    .min(1_000)
    .max(31 * 86_400_000)
    .describe('ms that a window lasts at least'),
  atLeast: z.int().min(50).max(10_000_000).describe('Rows that a window holds at least'),
  share: z.number().gt(0).max(1).describe('Share of the features that have to drift'),
  test: test.describe('By which windows are compared with the reference'),
  threshold: threshold.nullable().describe('null: the one of the test'),
  correction: z.enum(['none', 'bonferroni', 'benjamini-hochberg']).describe('For testing many features'),
};

/** Settings of the comparison of windows. */
export const driftSettings = z.object(comparison);
export type DriftComparison = z.infer<typeof driftSettings>;

/** Settings of one model; missing ones are as in the configuration. */
export const ownDriftSettings = z.strictObject({
  every: comparison.every.exactOptional(),
  atLeast: comparison.atLeast.exactOptional(),
  share: comparison.share.exactOptional(),
  test: comparison.test.exactOptional(),
  threshold: comparison.threshold.exactOptional(),
  correction: comparison.correction.exactOptional(),
  features: z
    .record(featureName, z.strictObject({ test: test.exactOptional(), threshold: threshold.exactOptional() }))
    .refine(features => Object.keys(features).length <= 200, 'expected an object with at most 200 features')
    .describe('Tests and thresholds of single features')
    .exactOptional(),
  expected: z.array(featureName).max(200).describe('Features whose drift is no finding').exactOptional(),
});
export type OwnDriftSettings = z.infer<typeof ownDriftSettings>;

const share = z.number().min(0).max(1);
const drifted = z.object({
  compared: count.describe('Features that could be compared'),
  drifted: count.describe('Those of them that drifted and are not expected to'),
  share: share.describe('drifted / compared'),
  isDrifted: z.boolean().describe('Whether that is enough for the data as a whole'),
});

/** Version that was asked, and the progress of its comparison. */
export const monitoredVersion = z.object({
  model: z.string(),
  version: z.string(),
  reference: z
    .object({
      origin: z
        .enum(['traffic', 'window', 'sample'])
        .describe('What it was asked first, a window that somebody chose, or a sample that somebody gave'),
      rows: count,
      from: instant,
      to: instant,
    })
    .nullable()
    .describe('What it is compared with; null while that is gathered'),
  rows: count.describe('In the window that is open, or gathered for the reference'),
  needed: count.describe('Rows that this takes'),
  until: instant.nullable().describe('Before then the window stays open; null before its first row'),
  last: drifted.nullable().describe('The newest window; null before one was compared'),
});
export type MonitoredVersion = z.infer<typeof monitoredVersion>;

/** Outcomes of predictions of a version that devices reported, in the newest round of the query. */
export const deviceOutcomes = versionOutcomes.extend({
  task: taskName,
  query: z.string(),
  round: count.describe('Number of the round'),
  at: instant.describe('Its end'),
});
export type DeviceOutcomes = z.infer<typeof deviceOutcomes>;

/** GET /v1/admin/monitor: versions that are watched. */
export const monitorState = z.object({
  isWatching: z.boolean().describe('false: the configuration says that drift is not watched'),
  versions: z.array(monitoredVersion).describe('Those asked since the start; the one asked last comes last'),
  told: z.array(deviceOutcomes).describe('What devices said of predictions, by version'),
});
export type MonitorState = z.infer<typeof monitorState>;

const distribution = z.object({
  labels: z.array(z.string()).describe('Categories, or ranges of numbers in ascending order'),
  reference: z.array(share),
  current: z.array(share),
  others: z.object({ reference: share, current: share }).describe('Categories that are not listed'),
});

export const monitoredFeature = z.object({
  name: z.string(),
  role: z.enum(['feature', 'prediction', 'target']),
  kind: z.enum(['numbers', 'categories', 'text']),
  drift: z
    .object({
      test: z.string(),
      title: z.string().describe('Of the test, for people'),
      measures: z.enum(['p-value', 'distance']),
      score: z.number().describe('After the correction'),
      threshold: z.number(),
      drifted: z.boolean(),
      since: instant.nullable().describe('Since when in every window; null where it has not drifted'),
    })
    .nullable()
    .describe('null: it could not be compared'),
  reason: z.string().nullable().describe('Why it could not be compared'),
  isExpected: z.boolean().describe('Somebody expects its drift'),
  missing: z.object({ reference: count, current: count }),
  distribution: distribution.nullable(),
});
export type MonitoredFeature = z.infer<typeof monitoredFeature>;

/** Window that was compared with the reference. */
export const monitoredWindow = drifted.extend({
  number: count,
  from: instant,
  to: instant,
  rows: count,
  features: z.array(z.string()).describe('Those that drifted, expected or not'),
});
export type MonitoredWindow = z.infer<typeof monitoredWindow>;

/** GET /v1/admin/monitor/:model/:version: drift and accuracy of a version. */
export const monitoredModel = z.object({
  state: monitoredVersion,
  configured: driftSettings.describe('What the configuration says for every model'),
  own: ownDriftSettings.describe('What people set for this one'),
  windows: z.array(monitoredWindow).describe('The newest first'),
  features: z.array(monitoredFeature).describe('Of the newest window that was compared with this reference'),
  accuracy: z
    .array(
      z.object({
        from: instant,
        outcomes: count,
        value: share,
        low: share,
        high: share,
      }),
    )
    .describe(
      'Hour by hour, the oldest first: share of outcomes that the best guess was right about, and between which it is with 95 % confidence',
    ),
});
export type MonitoredModel = z.infer<typeof monitoredModel>;

const cell = z.union([z.number(), z.string().max(256), z.boolean(), z.null()]);

/** POST /v1/admin/monitor/:model/:version/reference: new reference of the version. */
export const newReference = z.union([
  z.strictObject({ window: z.int().min(1).describe('The number of a window of this version') }),
  z.strictObject({ gather: z.literal(true).describe('What it is asked from now on') }),
  z.strictObject({
    sample: z
      .record(featureName, z.array(cell).min(1).max(10_000))
      .refine(
        columns => Object.keys(columns).length >= 1 && Object.keys(columns).length <= 120,
        'expected an object with 1 to 120 features',
      )
      .describe('Values by the name of the feature, as the page shows it'),
  }),
]);
