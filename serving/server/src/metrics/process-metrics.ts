import { collectDefaultMetrics, type Registry } from 'prom-client';

/** Gauges that the library names like counters. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Adds metrics of this process, `process_*` and `nodejs_*`. */
export function watchProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
}
