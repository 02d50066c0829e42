import { collectDefaultMetrics, type Registry } from 'prom-client';

/** Counters that the library names like totals, though they are none. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Adds what this process takes, `process_*` and `nodejs_*`. */
export function watchProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
}
