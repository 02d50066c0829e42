import { looks } from '@murmuration/protocol/ids/ids';
import * as z from 'zod';
import { count, instant } from './scalars.ts';

/** Name of an experiment or of an arm. */
const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected a name such as "shorter-model"');
const metric = z.enum(['accuracy', 'error', 'failures', 'latency']);
const ms = z.int().min(0).describe('ms');
const share = z.number().min(0).max(1);

const guard = z.strictObject({
  metric,
  worseBy: z.number().min(0).default(0).describe('How much worse than the control is no reason yet'),
});

/** Place of a value in a request, by default the header with this name. */
const field = (byDefault: string) =>
  z.strictObject({
    in: z.enum(['header', 'parameter']).default('header'),
    name: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, hyphens and underscores')
      .default(byDefault),
  });
const shownField = z.object({ in: z.enum(['header', 'parameter']), name: z.string() });

/**
 * Guards of an experiment whose terms leave them out; none for experiments on devices, which report no
 * failures.
 */
export function guardsByDefault(query: string | null): z.input<typeof guard>[] & z.output<typeof guard>[] {
  return query === null ? [{ metric: 'failures', worseBy: 0.01 }] : [];
}

/** POST /v1/admin/tasks/:task/experiments */
export const newExperiment = z.strictObject({
  name,
  kind: z
    .enum(['ab', 'canary', 'mirror'])
    .describe('Arms side by side; a new version that gets more and more; a version that answers for nobody'),
  arms: z
    .array(
      z.strictObject({
        name,
        version: z.int().min(0).describe('Number of a version'),
        share: share
          .gt(0)
          .optional()
          .describe('Of `ab`: of the keys that take part; by default all the same'),
      }),
    )
    .min(1)
    .max(10)
    .describe(
      'Of `ab` two at least, the first being the control; else one, beside the version that is served',
    ),
  traffic: share.gt(0).default(1).describe('Share of the keys of the layer that take part'),
  layer: name.default('default').describe('Experiments of one layer share no key'),
  key: field('x-murmuration-key')
    .prefault({})
    .describe('Where a request says whose it is; one that does not say it is split by itself'),
  covariate: field('x-murmuration-covariate')
    .nullable()
    .default(null)
    .describe(
      'Where a request says what was known of its key before the experiment, as a number: what that explains of the metric is taken out of differences; null: nothing is',
    ),
  metric: metric.default('accuracy').describe('By which arms are compared'),
  alpha: z.number().min(1e-6).max(0.2).default(0.05).describe('The chance of a difference that is none'),
  planned: z
    .int()
    .min(100)
    .max(10_000_000)
    .default(5_000)
    .describe('Units of all arms after which the end is planned; the always-valid test is tightest there'),
  guards: z
    .array(guard)
    .max(4)
    .optional()
    .describe(
      'What ends it where an arm is worse than the control; left out: failures by more than 0.01, and nothing where devices are asked',
    ),
  steps: z
    .array(z.strictObject({ share: share.gt(0).lt(1), for: ms.min(1_000) }))
    .min(1)
    .max(20)
    .optional()
    .describe('Of `canary`: the shares of the new version, growing, and for how long each'),
  atLeast: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(50)
    .describe('Of `canary`: units of the new version below which no step ends'),
  devices: z
    .boolean()
    .default(false)
    .describe(
      'Whether devices get arms as well, by their ids; what they make of them is not measured, unless `query` is given',
    ),
  query: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, `expected ${looks.name}`)
    .nullable()
    .default(null)
    .describe(
      'Name of a query of the task, of the kind `arm`: only devices get arms, and say in masked sums, arm by arm, what became of predictions; null: requests get arms, and are measured',
    ),
  endsAfter: ms
    .min(1_000)
    .nullable()
    .default(null)
    .describe('When it ends in any case; null: when somebody ends it'),
});
export type NewExperiment = z.input<typeof newExperiment>;
export type ExperimentTerms = z.output<typeof newExperiment>;

const shownGuard = z.object({ metric, worseBy: z.number() });

const estimate = z.number().nullable().describe('null: not known yet');
const range = z.tuple([estimate, estimate]).describe('null: infinite');

export const experimentOutcomes = [
  'running',
  'stopped',
  'broken',
  'guarded',
  'ended',
  'promoted',
  'overtaken',
] as const;

/** Experiment with its state and results so far. */
export const experiment = z.object({
  name,
  kind: z.enum(['ab', 'canary', 'mirror']),
  outcome: z
    .enum(experimentOutcomes)
    .describe(
      'broken: keys did not fall into the arms as they should; guarded: a guard ended it; overtaken: somebody changed the version that is served',
    ),
  reason: z.string().nullable().describe('Why it ended, as a sentence'),
  layer: z.object({ name, from: share, to: share }),
  key: shownField,
  covariate: shownField
    .extend({
      known: count.describe('Units whose metric is known'),
      removed: estimate.describe(
        'Of the variance of the metric, the share that it takes out of differences; null: they are not adjusted yet',
      ),
    })
    .nullable()
    .describe('By what differences are adjusted'),
  metric,
  alpha: z.number(),
  planned: count,
  guards: z.array(shownGuard).describe('What ends it where an arm is worse than the control'),
  step: z
    .object({ number: count, of: count, share, until: instant })
    .nullable()
    .describe('Of a canary, while it runs'),
  devices: z.boolean(),
  query: z
    .string()
    .nullable()
    .describe(
      'By which devices say what became of predictions, and a unit is a device; null: requests are measured',
    ),
  createdAt: instant,
  createdBy: z.string(),
  endsAt: instant.nullable(),
  endedAt: instant.nullable(),
  isFull: z.boolean().describe('More keys came than are told apart: of further ones a part is counted'),
  arms: z.array(
    z.object({
      name,
      version: count,
      share,
      units: count.describe('Keys, or requests without one; or devices that had something to say'),
      outcomes: count.describe('Of them, those with a known outcome; or that have answered'),
      requests: count,
      failures: count.describe('Of all requests'),
      accuracy: estimate.describe('Of first outcomes; or the mean error, where the metric is `error`'),
      latency: estimate.describe('Mean ms of first requests'),
      value: z
        .object({ mean: z.number(), interval: range.describe('At any look') })
        .nullable()
        .describe('Of the metric by which arms are compared; null: not known yet'),
      agreed: estimate.describe('Of `mirror`: the share of answers that were the same'),
      dropped: count.describe('Of `mirror`: requests for which there was no room'),
      answers: z
        .object({
          predictions: count.describe('That the devices which answered told of'),
          good: count.describe('Of them, those with the first outcome of the query'),
          rounds: count.describe('In which the arm was asked'),
          lost: count.describe('Devices that left such a round, or were lost'),
        })
        .nullable()
        .describe('What its devices said; null where requests are measured'),
      best: estimate.describe('The chance that it is the best'),
      loss: estimate.describe('How much is lost on average by choosing it now'),
      difference: z
        .object({
          effect: z
            .number()
            .describe('Of the metric: less that of the control; adjusted by the covariate, if one is'),
          interval: range.describe('At any look'),
          p: z.number().describe('At any look'),
          isDecided: z.boolean(),
          fixed: z
            .object({ p: z.number(), interval: range })
            .nullable()
            .describe('Of the test at the planned end: it says something only there'),
          unadjusted: z
            .object({ effect: z.number(), interval: range, p: z.number() })
            .nullable()
            .describe(
              'The same at any look without the covariate, which decides nothing; null: nothing is adjusted',
            ),
        })
        .nullable()
        .describe('null of the control'),
    }),
  ),
  sampleRatio: z
    .object({ p: z.number() })
    .nullable()
    .describe('Whether keys fall into the arms as they should, at any look; null of `mirror`'),
  verdict: z.string().describe('Whether there is a winner, how sure, and what it costs to stop now'),
});
export type ExperimentMessage = z.infer<typeof experiment>;

/** GET /v1/admin/tasks/:task/experiments */
export const experiments = z.object({ experiments: z.array(experiment).describe('Newest first') });

/** POST /v1/admin/tasks/:task/experiments/:name/promote */
export const promoteArm = z.strictObject({ arm: name });
