// npm run dashboards: writes the Grafana dashboards in deploy/grafana.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { coordinatorDashboard } from './dashboards/coordinator.mjs';
import { inferenceDashboard } from './dashboards/inference.mjs';

const folder = new URL('../deploy/grafana/', import.meta.url);

/** Each dashboard: where it lies, and its JSON, which Grafana imports. */
export const dashboards = [
  { file: new URL('murmuration.json', folder), json: coordinatorDashboard() },
  { file: new URL('inference.json', folder), json: inferenceDashboard() },
];

if (globalThis.process.argv[1] === fileURLToPath(import.meta.url))
  for (const { file, json } of dashboards) writeFileSync(file, json);
