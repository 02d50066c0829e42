import { auditEntry } from '@murmuration/api/audit';
import { pageBelow } from '@murmuration/api/scalars';
import { iso } from '@murmuration/protocol/time/iso';
import type { AuditLog } from '@murmuration/rounds/operators/audit';
import * as z from 'zod';
import type { App } from '../../app.ts';

/** Adds the routes of the audit log. */
export function auditRoutes(scope: App, audit: AuditLog): void {
  scope.get(
    '/audit',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'What operators did, newest first',
        querystring: pageBelow,
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
