import { auditActions, auditEntry } from '@murmuration/api/audit';
import { pageBelow } from '@murmuration/api/scalars';
import { iso } from '@murmuration/protocol/time/iso';
import type { AuditLog } from '@murmuration/rounds/operators/audit';
import * as z from 'zod';
import type { App } from '../../app.ts';

const action = z.enum(auditActions);

/** Adds the routes of the audit log. */
export function auditRoutes(scope: App, audit: AuditLog): void {
  scope.get(
    '/audit',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'What operators did, newest first',
        querystring: pageBelow.extend({
          action: z
            .union([action, z.array(action)])
            .optional()
            .describe('Only these; may be repeated'),
        }),
        response: { 200: z.object({ entries: z.array(auditEntry) }) },
      },
    },
    async ({ query }) => {
      const { before = Number.MAX_SAFE_INTEGER, limit, action: only } = query;
      const entries = await audit.list(before, limit, only && [only].flat());
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
