import { logLines, logQuery } from '@murmuration/api/log';
import type { RecentLog } from '../../../telemetry/recent-log.ts';
import type { App } from '../../app.ts';

/** Adds the route of the newest log lines. */
export function logRoutes(scope: App, recentLog: RecentLog): void {
  scope.get(
    '/log',
    {
      config: { least: 'operator' },
      schema: {
        summary: "The newest lines of the coordinator's log, at info and above",
        querystring: logQuery,
        response: { 200: logLines },
      },
    },
    ({ query }) => ({ run: recentLog.run, lines: [...recentLog.after(query.after)] }),
  );
}
