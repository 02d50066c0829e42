import * as z from 'zod';
import { count, instant } from './scalars.ts';

const ms = z.int().min(0).describe('ms');

/**
 * Settings of a task that are in force: complete, times in ms. The model, the strategy and the evaluation
 * come from the definition.
 */
export const settings = z.object({
  plan: z.object({
    epochs: count,
    batchSize: count,
    learningRate: z.number(),
    proximal: z.number(),
    gradientClip: z.number().nullable(),
    maxExamples: count,
    sampledSoftmax: z.object({ negatives: count }).nullable(),
    optimizer: z.enum(['momentum', 'nesterov', 'adam']).nullable(),
    privateLayers: z.array(z.string()),
  }),
  update: z.object({
    kind: z.enum(['ring', 'float32']),
    clip: z.number(),
    bits: count,
    weighting: z.enum(['examples', 'uniform']),
    weightCap: count,
    compression: z
      .object({
        kind: z.enum(['topK', 'randomK', 'randomMask']),
        fraction: z.number(),
      })
      .nullish()
      .describe('null: all values are sent'),
  }),
  masking: z.union([
    z.literal('off'),
    z.object({
      threat: z.enum(['honest-but-curious', 'semi-malicious', 'malicious']),
      corrupt: z.number(),
      dropping: z.number(),
      graph: z.enum(['sparse', 'complete']),
      groups: count,
      smallestGroup: count,
    }),
  ]),
  cohort: z.object({
    mode: z.literal('asynchronous').optional().describe('Left out of a synchronous task'),
    goal: count,
    minimum: count
      .optional()
      .describe('Of tasks whose devices meet: synchronous ones, and those with masking; as the next one'),
    overSelection: z.number().optional(),
    cells: count.optional().describe('Of a task whose rounds are spread over cells'),
    concurrency: count.optional().describe('Of an asynchronous task, as the next one'),
    maxStaleness: count.optional(),
  }),
  deadlines: z.object({
    gathering: ms,
    messages: ms,
    updates: ms,
    grace: ms,
  }),
  schedule: z.object({ every: ms }),
  eligibility: z.object({
    minExamples: count,
    needs: z.array(z.enum(['idle', 'charging', 'unmetered'])),
    minSdk: z.string(),
  }),
});
export type Settings = z.infer<typeof settings>;

/** Protection of devices that is weaker than before. */
const weakness = z.object({
  field: z.string().describe('Such as `cohort.minimum`'),
  from: z.unknown(),
  to: z.unknown(),
  means: z.string().describe('What that means, as the end of a sentence'),
});

/** GET /v1/admin/tasks/:task/settings */
export const taskSettings = z.object({
  planVersion: count.describe('Of these settings'),
  settings,
  inForce: z
    .boolean()
    .describe('false: the next round is the first under them; the one under way has those before'),
  changedAt: instant.nullable().describe('null: as the task module defines them'),
  changedBy: z.string().nullable(),
  weakened: z.array(weakness).describe('What protects devices less than the definition of the task'),
});
export type TaskSettings = z.infer<typeof taskSettings>;

/**
 * PUT /v1/admin/tasks/:task/settings. Sections and fields that are left out stay as they are; times may be
 * text such as "30 s". Wrong fields are listed in `fields` of the problem document (code `task.settings`).
 */
export const changeSettings = z.strictObject({
  settings: z.record(z.string(), z.unknown()),
  dryRun: z.boolean().default(false).describe('Only check, and change nothing'),
  ifPlanVersion: z
    .int()
    .min(1)
    .optional()
    .describe('Only where this is still the newest; else `task.changed`'),
});

export const settingsChanged = z.object({
  task: taskSettings.describe('As it is now, or would be'),
  changes: z.array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() })),
  weakens: z
    .array(weakness)
    .describe(
      'Of these what protects devices less than before and than the definition; takes the role admin',
    ),
  applied: z.boolean().describe('false for a dry run, and where nothing changes'),
});
export type SettingsChanged = z.infer<typeof settingsChanged>;

/** Wrong field, as listed in `fields` of a problem document; paths are such as `cohort.goal`. */
export const fieldProblem = z.object({ field: z.string(), message: z.string() });
export type FieldProblem = z.infer<typeof fieldProblem>;
