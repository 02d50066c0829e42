export { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
export { defineQuery, type QueryDefinition } from '@murmuration/protocol/queries/define-query';
export type { Query } from '@murmuration/protocol/queries/query';
export { type Config, loadConfig, parseConfig } from './assembly/config.ts';
export { type Coordinator, type CoordinatorEnvironment, createCoordinator } from './assembly/main.ts';
export type { Evaluation, Measured } from './evaluation/evaluation.ts';
export type { Evaluator } from './evaluation/evaluator.ts';
export type { Metrics } from './evaluation/metrics.ts';
export { type OnDevices, type OnDevicesOptions, onDevices } from './evaluation/on-devices.ts';
export type { Evaluate } from './evaluation/worker.ts';
export { workerEvaluator } from './evaluation/worker-evaluator.ts';
export { heldOutRequests } from './lifecycle/central/feedback-requests.ts';
export type { CentralExamples, FeedbackExamples } from './lifecycle/central/worker.ts';
export type { BlobStore } from './registry/ports.ts';
export type { Strategy, StrategyState } from './strategy/strategy.ts';
export { type CentralOptions, type CentralTraining, central } from './task/central.ts';
export { type CentralTaskDefinition, defineTask, type TaskDefinition } from './task/define-task.ts';
export {
  type FeedbackExamplesSource,
  type FromFeedbackOptions,
  fromFeedback,
} from './task/from-feedback.ts';
export { type GrowthDefinition, growingTask } from './task/growing-task.ts';
export {
  accuracyBelow,
  accuracyWorseThanAtPromotion,
  cron,
  drift,
  type LiveMetric,
  newExamples,
  type Trigger,
  webhook,
} from './task/retrain/triggers.ts';
export { SettingsError } from './task/settings-error.ts';
export type { Task } from './task/task.ts';
export { mcnemar, pairedBootstrap } from './task/task-gate.ts';
export { canary } from './task/task-promotion.ts';
