export { heldOutRequests } from '@murmuration/lifecycle/central/feedback-requests';
export type { CentralExamples, FeedbackExamples } from '@murmuration/lifecycle/central/worker';
export { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
export { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
export type { Query } from '@murmuration/protocol/queries/query';
export { certify } from '@murmuration/protocol/secagg/certificate';
export type { Evaluation, Measured } from '@murmuration/rounds/evaluation/evaluation';
export type { Evaluator } from '@murmuration/rounds/evaluation/evaluator';
export type { Metrics } from '@murmuration/rounds/evaluation/metrics';
export { type OnDevices, type OnDevicesOptions, onDevices } from '@murmuration/rounds/evaluation/on-devices';
export type { Evaluate } from '@murmuration/rounds/evaluation/worker';
export { workerEvaluator } from '@murmuration/rounds/evaluation/worker-evaluator';
export type { BlobStore } from '@murmuration/rounds/registry/ports';
export type { Strategy, StrategyState } from '@murmuration/rounds/strategy/strategy';
export { type CentralOptions, type CentralTraining, central } from '@murmuration/rounds/task/central';
export {
  type CentralTaskDefinition,
  defineTask,
  type TaskDefinition,
} from '@murmuration/rounds/task/define-task';
export {
  type FeedbackExamplesSource,
  type FromFeedbackOptions,
  fromFeedback,
} from '@murmuration/rounds/task/from-feedback';
export {
  accuracyBelow,
  accuracyWorseThanAtPromotion,
  cron,
  drift,
  type LiveMetric,
  newExamples,
  type Trigger,
  webhook,
} from '@murmuration/rounds/task/retrain/triggers';
export { SettingsError } from '@murmuration/rounds/task/settings-error';
export type { Task } from '@murmuration/rounds/task/task';
export { canary } from '@murmuration/rounds/task/task-promotion';
export { type GrowthDefinition, growingTask } from '@murmuration/rounds/vocabulary/growing-task';
export { type Config, loadConfig, parseConfig } from './assembly/config.ts';
export { type Coordinator, type CoordinatorEnvironment, createCoordinator } from './assembly/main.ts';
