/**
 * Where fields of a schema are written down: a file, the path that its fields are below, and the constant that has them, where others of the
 * file have fields of the same names.
 */
export type Source = readonly [file: string, prefix: string, name?: string];

export const taskSources: readonly Source[] = [
  ['coordinator/rounds/src/task/task-schema.ts', ''],
  ['coordinator/rounds/src/task/task-gate.ts', 'gate'],
  ['coordinator/rounds/src/task/task-watch.ts', 'watch'],
  ['coordinator/rounds/src/task/task-promotion.ts', 'promote'],
  ['coordinator/rounds/src/task/queries.ts', 'queries'],
  ['coordinator/rounds/src/task/retrain/retrain.ts', 'retrain'],
];

export const configurationSources: readonly Source[] = [
  ['coordinator/server/src/assembly/config.ts', ''],
  ['coordinator/rounds/src/limits/limits.ts', 'limits', 'limitSettings'],
  ['coordinator/storage/src/objects/s3-settings.ts', 's3'],
  ['coordinator/server/src/telemetry/alerts/settings.ts', 'alerts'],
  ['coordinator/server/src/telemetry/alerts/settings.ts', 'alerts.figuresFell'],
  ['coordinator/server/src/telemetry/alerts/webhooks/settings.ts', 'alerts.webhooks'],
  ['serving/server/src/assembly/settings.ts', 'inference'],
  ['serving/server/src/access/tokens.ts', 'inference.tokens'],
  ['serving/server/src/request-log/settings.ts', 'inference.log'],
  ['serving/server/src/kafka/cluster.ts', 'inference.log.kafka', 'clusterFields'],
  ['serving/server/src/request-log/settings.ts', 'inference.log.allow'],
  ['serving/server/src/request-log/settings.ts', 'inference.log.redact'],
  ['serving/server/src/monitor/settings.ts', 'inference.feedback', 'feedbackSchema'],
  ['serving/server/src/monitor/settings.ts', 'inference.report', 'reportSchema'],
  ['serving/server/src/monitor/settings.ts', 'inference.drift', 'driftSchema'],
  ['coordinator/lifecycle/src/tracking/settings.ts', 'tracking'],
];

export const brokerSources: readonly Source[] = [
  ['serving/server/src/brokers/settings.ts', 'rabbitmq'],
  ['serving/server/src/brokers/settings.ts', 'kafka'],
  ['serving/server/src/kafka/cluster.ts', 'kafka', 'clusterFields'],
];
