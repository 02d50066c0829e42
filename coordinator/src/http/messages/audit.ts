import * as z from 'zod';
import { auditActions } from '../../operators/audit.ts';
import { instant } from './scalars.ts';

/** What an operator did, as GET /v1/admin/audit lists it. */
export const auditEntry = z.object({
  number: z.int(),
  time: instant,
  actor: z.object({ id: z.string(), name: z.string() }).describe('Id and name of the operator token'),
  action: z.enum(auditActions),
  subject: z.string().describe('Id of a token or a device, or name of a task'),
  outcome: z.string().describe('`done`, or the code with which it failed'),
  changes: z
    .array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() }))
    .nullable()
    .describe('Settings that were changed, or would have been, with both values; null of other actions'),
});
export type AuditEntryMessage = z.infer<typeof auditEntry>;
