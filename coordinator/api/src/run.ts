import * as z from 'zod';
import { gate } from './gate.ts';
import { count, instant, metrics, pageBelow, taskName, text } from './scalars.ts';

export const triggerKinds = [
  'cron',
  'drift',
  'accuracy-below',
  'accuracy-fell',
  'new-examples',
  'webhook',
  'by-hand',
] as const;

/** Reason why training was due. */
const why = z.object({
  trigger: z.enum(triggerKinds),
  reason: z.string().describe('One sentence with its figures'),
  figures: z.record(z.string(), z.union([z.number(), z.string()])),
  at: instant,
});

const runReasons = [
  'rounds',
  'plateau',
  'target',
  'time',
  'privacy',
  'failures',
  'unmeasured',
  'stopped',
] as const;

/** Rounds of a task from a trigger until its stopping rule. */
export const trainingRun = z.object({
  id: z.string().describe('The lineage of versions names it'),
  task: taskName,
  number: count,
  why,
  startedAt: instant,
  endedAt: instant.nullable().describe('null while it is open'),
  ending: z
    .object({ reason: z.enum(runReasons), text: z.string() })
    .nullable()
    .describe('null while it is open'),
  rounds: count.describe('Rounds that made a version'),
  failed: count.describe('Rounds that failed'),
  metrics,
  version: z
    .object({
      number: count,
      isServed: z.boolean().describe('Whether it is the champion now'),
      gate: gate.nullable().describe('What the gate decided; null: there is none, or it has not decided yet'),
    })
    .nullable()
    .describe('The newest version that it made; null: it made none, or that is no longer kept'),
});
export type TrainingRunMessage = z.infer<typeof trainingRun>;

const restraint = z.enum(['run-open', 'cooldown', 'runs', 'quiet-hours']);

/** Outcome of a trigger that fired. */
export const triggerRecord = z.object({
  task: taskName,
  number: count,
  why: why.describe('The newest time'),
  count: count.describe('How often it fired, and was suppressed for the same cause'),
  since: instant.describe('The first time'),
  outcome: z.enum(['began', 'waits', 'suppressed']),
  by: restraint.nullable().describe('null where it began a run'),
  until: instant.nullable().describe('When that is over; null where no time ends it'),
  run: z.string().nullable().describe('Id of the run that it began, or that was open'),
});
export type TriggerRecordMessage = z.infer<typeof triggerRecord>;

/** GET /v1/admin/tasks/:task/retraining */
export const retraining = z.object({
  isByRuns: z.boolean().describe('false: the rounds of the task run all the time'),
  triggers: z.array(
    z.object({
      kind: z.enum(triggerKinds),
      text: z.string().describe('When it fires'),
      next: instant.nullable().describe('When it is time next; null where no time makes it fire'),
      heard: z
        .string()
        .nullable()
        .describe('How far from firing it was by what it heard last; null: nothing since the start'),
    }),
  ),
  held: z
    .object({ by: restraint, until: instant.nullable().describe('null where no time ends it') })
    .nullable()
    .describe('What keeps triggers from beginning a run now; null: nothing does'),
  until: z
    .object({
      rounds: count.nullable().describe('Versions after which a run is over'),
      texts: z.array(z.string()).describe('All that ends a run'),
    })
    .nullable()
    .describe('null where rounds run all the time'),
});
export type RetrainingMessage = z.infer<typeof retraining>;

/** Query of GET /v1/admin/tasks/:task/runs and …/triggers */
export const runsQuery = pageBelow;

/** GET /v1/admin/tasks/:task/runs */
export const trainingRuns = z.object({
  runs: z.array(trainingRun).describe('Newest first'),
  next: z.int().nullable().describe('`before` of the next page; null at the end'),
});
export type TrainingRunsMessage = z.infer<typeof trainingRuns>;

/** GET /v1/admin/tasks/:task/triggers */
export const triggerRecords = z.object({
  records: z.array(triggerRecord).describe('Newest first'),
  next: z.int().nullable().describe('`before` of the next page; null at the end'),
});
export type TriggerRecordsMessage = z.infer<typeof triggerRecords>;

/** POST /v1/admin/tasks/:task/runs, and …/runs/stop */
export const runReason = z.strictObject({ reason: text(200).optional() }).nullish();
