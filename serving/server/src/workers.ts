export { type InferenceSettings, inferenceSchema } from './assembly/settings.ts';
export { type WorkerModels, type WorkerModelsOptions, workerModels } from './assembly/worker-models.ts';
export type { Transformer } from './transformer/transformer.ts';
