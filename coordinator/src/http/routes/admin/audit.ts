import * as z from 'zod';
import { type AuditLog, auditActions } from '../../../operators/audit.ts';
import type { App } from '../../app.ts';
import { instant, iso } from './schemas.ts';

const entry = z.object({
  number: z.int(),
  time: instant,
  actor: z.object({ id: z.string(), name: z.string() }).describe('Id and name of the operator token'),
  action: z.enum(auditActions),
  subject: z.string().describe('Id of a token or a device, or name of a task'),
  outcome: z.string().describe('`done`, or the code with which it failed'),
});

/** Who did what. */
export function auditRoutes(scope: App, audit: AuditLog): void {
  scope.get(
    '/audit',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'What operators did, newest first',
        querystring: z.object({
          before: z.coerce.number().int().min(1).optional().describe('Numbers below this one'),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
        response: { 200: z.object({ entries: z.array(entry) }) },
      },
    },
    async ({ query }) => {
      const entries = await audit.list(query.before ?? Number.MAX_SAFE_INTEGER, query.limit);
      return { entries: entries.map(each => ({ ...each, time: iso(each.time) })) };
    },
  );
}
