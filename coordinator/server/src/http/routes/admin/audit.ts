import { auditEntry } from '@murmuration/api/audit';
import type { AuditLog } from '@murmuration/rounds/operators/audit';
import * as z from 'zod';
import type { App } from '../../app.ts';
import { iso } from './schemas.ts';

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
        response: { 200: z.object({ entries: z.array(auditEntry) }) },
      },
    },
    async ({ query }) => {
      const entries = await audit.list(query.before ?? Number.MAX_SAFE_INTEGER, query.limit);
      return {
        entries: entries.map(({ changes, ...each }) => ({
          ...each,
          time: iso(each.time),
          changes: changes && [...changes],
        })),
      };
    },
  );
}
