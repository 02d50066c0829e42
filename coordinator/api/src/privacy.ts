import * as z from 'zod';
import { count, instant } from './scalars.ts';

const party = z.enum(['coordinator', 'device']);

/** Value of ε with all its assumptions, or the reason why there is none. */
export const privacyStatement = z.object({
  epsilon: z.number().nullable().describe('null: none holds, for the `reason`'),
  delta: z.number(),
  reason: z.string().nullable(),
  unit: z.literal('device').describe('Whose contributions are hidden'),
  adjacency: z
    .literal('zero-out')
    .describe('What can hardly be told apart: what a device contributed, and zeros in its place'),
  released: z.string().describe('What anybody outside gets to see'),
  clip: z.number().describe('Longest contribution of one device to one version, rounding included'),
  noiseMultiplier: z.number().nullable().describe('z, where there is one for all versions'),
  rounds: count.nullable().describe('n: versions'),
  separation: count.nullable().describe('b: versions from one part of a device to its next; 1: every one'),
  participations: count.nullable().describe('k: parts of a device'),
  noiseBy: party,
  enforcedBy: z.array(party).describe('Who keeps devices to separation and parts'),
  notCounted: z.array(z.string()).describe('What else was done with the same devices’ data'),
  accountant: z
    .enum(['gaussian', 'pld', 'rdp'])
    .nullable()
    .describe('gaussian: the exact curve; null where no ε holds'),
  mu: z.number().nullable().describe('μ of Gaussian differential privacy; null where no ε holds'),
  truePositives: z
    .number()
    .nullable()
    .describe(
      'Share of those who took part that a test finds at most which accuses one in ten of the others wrongly',
    ),
  text: z.string().describe('All of it in plain words'),
});
export type PrivacyStatement = z.infer<typeof privacyStatement>;

/** Privacy of a device after a version and all before it. */
export const versionPrivacy = z.object({
  step: count.describe('Versions that were released from the budget before it'),
  statement: privacyStatement,
  noiseShare: z
    .number()
    .nullable()
    .describe('Norm of the noise / norm of the sum; null where the noise hides the sum entirely'),
});
export type VersionPrivacy = z.infer<typeof versionPrivacy>;

/** Privacy of a version in short: only its ε. */
export const publicPrivacy = z.object({
  epsilon: z.number().nullable(),
  delta: z.number(),
  text: z.string(),
});

/** GET /v1/admin/tasks/:task/privacy: the budget, and the part of it that is spent. */
export const privacyBudget = z.object({
  epsilon: z.number(),
  delta: z.number(),
  steps: count.describe('Versions that were released'),
  rounds: count.describe('Versions that the budget is for'),
  isSpent: z.boolean().describe('No round begins any more'),
  separation: count,
  participations: count,
  bands: count.describe('Versions whose noise a version takes back a part of, itself among them'),
  blt: z
    .object({ theta: z.array(z.number()), omega: z.array(z.number()) })
    .nullable()
    .describe('Parameters of BLT noise; null for other noise'),
  noiseMultiplier: z.number().describe('z; where devices add the noise, what it takes at least'),
  noiseBy: party.describe('Who adds the noise of the next versions'),
  moreNoise: z
    .number()
    .nullable()
    .describe(
      'How many times as much noise the models have as BISR noise by the coordinator would be for the same ε; null where it is that, and before the first round',
    ),
  spent: privacyStatement,
  withAnswers: z
    .object({ epsilon: z.number().nullable(), delta: z.number() })
    .nullable()
    .describe(
      'What versions and the answers to queries come to together; epsilon null: none holds; null: no query has a budget',
    ),
  noise: z.string().nullable().describe('How large the noise of the last versions is, in plain words'),
  history: z
    .array(z.object({ number: count, createdAt: instant, epsilon: z.number().nullable() }))
    .describe('ε of versions, oldest first, evenly thinned'),
});
export type PrivacyBudget = z.infer<typeof privacyBudget>;
