import { type CheckIns, checkIns, population } from '@murmuration/api/device';
import { overview } from '@murmuration/api/overview';
import { taskName } from '@murmuration/api/scalars';
import { hoursQuery } from '@murmuration/api/security';
import { iso } from '@murmuration/protocol/time/iso';
import type { PopulationStatistics } from '@murmuration/rounds/population/statistics';
import { anHour } from '@murmuration/storage/operation/hourly-counts';
import type { HourlyCounter } from '../../../telemetry/hourly-counter.ts';
import type { Overviews } from '../../../telemetry/overview.ts';
import type { App } from '../../app.ts';

/** Adds the routes of the overall state and of check-ins. */
export function overviewRoutes(
  scope: App,
  {
    overviews,
    hourly,
    populationStatistics,
  }: { overviews: Overviews; hourly: HourlyCounter; populationStatistics: PopulationStatistics },
): void {
  scope.get(
    '/overview',
    {
      config: { least: 'viewer' },
      schema: { summary: 'How everything stands now', response: { 200: overview } },
    },
    () => overviews.now(),
  );

  scope.get(
    '/check-ins',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'Check-ins by the hour, of one task or of all',
        querystring: hoursQuery.extend({ task: taskName.optional() }),
        response: { 200: checkIns },
      },
    },
    async ({ query }) => {
      const counts = await hourly.last('check-ins', query.hours);
      const first = hourly.firstOf(query.hours);
      const hours = Array.from({ length: query.hours }, (_, i) => ({
        hour: iso(first + i * anHour),
        waiting: 0,
        later: 0,
        ineligible: 0,
      }));
      for (const { hour, task, name, count } of counts) {
        const row = hours[(hour - first) / anHour];
        if (row && (query.task === undefined || task === query.task))
          row[name as Exclude<keyof CheckIns['hours'][number], 'hour'>] += count;
      }
      return { hours };
    },
  );

  scope.get(
    '/population',
    {
      config: { least: 'viewer' },
      schema: { summary: 'Devices by what they run', response: { 200: population } },
    },
    () => populationStatistics.take(),
  );
}
