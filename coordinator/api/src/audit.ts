import * as z from 'zod';
import { instant } from './scalars.ts';

/** Actions that change something, by operators, or automatically by gates, triggers and rules. */
export const auditActions = [
  'enrolment-token.create',
  'enrolment-token.revoke',
  'enrolment-token.revoke-devices',
  'operator-token.create',
  'operator-token.revoke',
  'device.revoke',
  'device.pardon',
  'task.pause',
  'task.resume',
  'round.abort',
  'round.start',
  'query.run',
  'vocabulary.grow',
  // Nobody rejects words any more; logs tell of those that were.
  'vocabulary.reject',
  'vocabulary.allow',
  'run.start',
  'run.stop',
  'version.alias',
  'version.rollback',
  'version.promote',
  'experiment.start',
  'experiment.stop',
  'experiment.promote',
  'experiment.step',
  'experiment.end',
  'gate.pass',
  'gate.fail',
  'gate.undecided',
  'task.settings',
  'task.add',
  'alert.acknowledge',
  'alert.silence',
  'webhook.test',
  'inference-token.create',
  'inference-token.revoke',
  'model.load',
  'model.unload',
  'monitor.settings',
  'monitor.reference',
] as const;
export type AuditAction = (typeof auditActions)[number];

/** Value that an operator changed; both values are plain JSON. */
export interface FieldChange {
  /** Path of the value, such as `cohort.goal`. */
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Action of an operator, as listed by GET /v1/admin/audit. */
export const auditEntry = z.object({
  number: z.int().describe('Grows; not every number is that of an entry'),
  time: instant,
  actor: z
    .object({ id: z.string(), name: z.string() })
    .describe(
      'Id and name of the operator token; `gate`: the gate of a task; `trigger` or `rule` and its kind, where a trigger began a training run or a rule ended it; `watch`, `experiments` or `mlflow`',
    ),
  action: z.enum(auditActions),
  subject: z.string().describe('Id of a token or a device, or name of a task; the file of an added task'),
  outcome: z
    .string()
    .describe(
      '`done`, or the code with which it failed; `begun` where neither is known: it is under way, or the coordinator was ended in the middle of it',
    ),
  changes: z
    .array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() }))
    .nullable()
    .describe(
      'Settings that were changed, or would have been, with both values; figures of champion and challenger for a gate; number and reason of a training run; null of other actions',
    ),
});
export type AuditEntryMessage = z.infer<typeof auditEntry>;
