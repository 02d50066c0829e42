export type { Datatype, TensorData } from '@murmuration/inference-client/tensors/datatype';
export type { Tensor, TensorSpec } from '@murmuration/inference-client/tensors/tensor';
export { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
export { type InferenceToken, mintInferenceToken, type Right } from './access/tokens.ts';
export type { BrokerOptions } from './assembly/brokers.ts';
export type { PrecomputeOptions } from './assembly/precompute.ts';
export { type ServedModels, type ServeOptions, serveModels } from './assembly/serve-models.ts';
export { type InferenceSettings, inferenceSchema } from './assembly/settings.ts';
export type { BrokerEvents, BrokerProtocol } from './brokers/broker.ts';
export {
  type KafkaSettings,
  kafkaSchema,
  type RabbitmqSettings,
  rabbitmqSchema,
} from './brokers/settings.ts';
export type { FeedbackResult, Monitor, WindowSums } from './monitor/monitor.ts';
export type { Outcome } from './monitor/outcome.ts';
export type { RememberedPrediction, RowGuess } from './monitor/prediction.ts';
export { type OpenFeatureProvider, openFeatureProvider } from './open-feature/provider.ts';
export type { PrecomputeEvents } from './precompute/events.ts';
export {
  csv,
  type GivenInputs,
  type InputObject,
  type InputRows,
  jsonLines,
  moduleRows,
  rows,
  sqlQuery,
} from './precompute/job/inputs.ts';
export { type PrecomputeDefinition, type PrecomputeJob, precompute } from './precompute/job/job.ts';
export { layersRuntime } from './runtime/layers.ts';
export { type OnnxRuntimeOptions, onnxRuntime } from './runtime/onnx.ts';
export type { LoadedModel, RunOptions, Runtime } from './runtime/runtime.ts';
export type { Exchange, InferenceEvents } from './server/events.ts';
export { InferenceServer } from './server/inference-server.ts';
export type { InferRequest, InferResponse } from './server/request.ts';
export { type CoordinatorModels, coordinatorModels } from './source/coordinator.ts';
export { type FolderModels, folderModels } from './source/folder.ts';
export type {
  LayersContent,
  ModelContent,
  ModelListing,
  ModelSource,
  OnnxContent,
  ServedModel,
} from './source/source.ts';
export type { Transformed, Transformer } from './transformer/transformer.ts';
