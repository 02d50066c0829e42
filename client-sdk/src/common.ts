export type { TrainingPath, TrainingResult } from '@murmuration/engine/training/trainer';
export { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
export type { Query, QueryKind } from '@murmuration/protocol/queries/query';
export type { Answer } from '@murmuration/protocol/queries/vector';
export { PlatformClient } from './client/client.ts';
export type { ClientEvents } from './client/events.ts';
export type { ClientOptions, ExamplesByTask, TaskOptions } from './client/options.ts';
export type { Platform } from './client/platform.ts';
export type { ClientRole } from './device/leadership.ts';
export { BelowFloor } from './floors/below-floor.ts';
export { development } from './floors/development.ts';
export { defaultFloors, type FloorName, type Floors, type HeldFloors } from './floors/floors.ts';
export type { OtherShape } from './floors/model-shape.ts';
export type { Protection } from './floors/protection.ts';
export { type AdaptedNgramsOptions, adaptedNgrams } from './hybrid/adapted-ngrams.ts';
export { type FineTuning, fineTuned } from './hybrid/fine-tuned.ts';
export type { Hybrid, HybridReport, Prediction, Score, Source } from './hybrid/hybrid.ts';
export type { HybridOptions } from './hybrid/hybrid-options.ts';
export type { Inference, OpenModel } from './hybrid/inference.ts';
export { type NgramCacheOptions, ngramCache } from './hybrid/ngram-cache.ts';
export type { LearningInput, OpenPersonal, PersonalModel, PersonalPorts } from './hybrid/personal.ts';
export { privateLayers } from './hybrid/private-layers.ts';
export { sharedNgrams } from './hybrid/shared-ngrams.ts';
export type { WeightsPrior } from './hybrid/weights-prior.ts';
export type { BundledModel } from './models/bundled-model.ts';
export type { ContentHash } from './models/content-hash.ts';
export { downloadModel } from './models/download-model.ts';
export type { AnswerOptions } from './queries/answer-options.ts';
export { type CarriedBytes, defaultEnergy, type EnergyModel, type RoundCosts } from './session/costs.ts';
export type { RoundProgress } from './session/events.ts';
export { memoryStorage } from './storage/memory.ts';
export type { Storage } from './storage/storage.ts';
export type { Trainer } from './training/trainer.ts';
export { bulkTransport } from './transport/bulk.ts';
export type { ConnectionProblem, ConnectionState, FoundProblem } from './transport/connection-state.ts';
export type { Inflow } from './transport/inflow.ts';
export { namedTransport } from './transport/named.ts';
export type { Sent } from './transport/observed.ts';
export { socketIoTransport } from './transport/socket-io.ts';
export type {
  Transport,
  TransportListener,
  TransportName,
  TransportPlatform,
  UploadRights,
} from './transport/transport.ts';
export type {
  MaskedRound,
  MaskedRoundSetup,
  MaskingStep,
  UpdateProcessor,
} from './update/update-processor.ts';
