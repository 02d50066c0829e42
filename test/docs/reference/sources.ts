/**
 * Where fields of a schema are written down: a file, the path that its fields are below, and the constant that has them, where others of the
 * file have fields of the same names.
 */
export type Source = readonly [file: string, prefix: string, name?: string];

export const taskSources: readonly Source[] = [
  ['coordinator/src/task/task-schema.ts', ''],
  ['coordinator/src/task/task-gate.ts', 'gate'],
  ['coordinator/src/task/task-watch.ts', 'watch'],
  ['coordinator/src/task/task-promotion.ts', 'promote'],
  ['coordinator/src/task/queries.ts', 'queries'],
  ['coordinator/src/task/retrain/retrain.ts', 'retrain'],
];

export const configurationSources: readonly Source[] = [
  ['coordinator/src/assembly/config.ts', ''],
  ['coordinator/src/limits/limits.ts', 'limits'],
  ['coordinator/src/storage/objects/s3-settings.ts', 's3'],
  ['coordinator/src/telemetry/alerts/settings.ts', 'alerts'],
  ['coordinator/src/telemetry/alerts/settings.ts', 'alerts.figuresFell'],
  ['coordinator/src/telemetry/alerts/webhooks/settings.ts', 'alerts.webhooks'],
  ['serving/src/assembly/settings.ts', 'inference'],
  ['serving/src/access/tokens.ts', 'inference.tokens'],
  ['serving/src/request-log/settings.ts', 'inference.log'],
  ['serving/src/request-log/settings.ts', 'inference.log.allow'],
  ['serving/src/request-log/settings.ts', 'inference.log.redact'],
  ['serving/src/monitor/settings.ts', 'inference.feedback', 'feedbackSchema'],
  ['serving/src/monitor/settings.ts', 'inference.report', 'reportSchema'],
  ['serving/src/monitor/settings.ts', 'inference.drift', 'driftSchema'],
  ['coordinator/src/lifecycle/tracking/settings.ts', 'tracking'],
];

export const brokerSources: readonly Source[] = [
  ['serving/src/brokers/settings.ts', 'rabbitmq'],
  ['serving/src/brokers/settings.ts', 'kafka'],
];
