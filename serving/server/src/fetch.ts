export { type FetchedModels, type FetchOptions, fetchModels } from './assembly/fetch-models.ts';
export { type InferenceSettings, inferenceSchema } from './assembly/settings.ts';
export type { Runtime } from './runtime/runtime.ts';
export { type CoordinatorModels, coordinatorModels } from './source/coordinator.ts';
export { type FolderModels, folderModels } from './source/folder.ts';
export type { ModelSource } from './source/source.ts';
export type { Transformer } from './transformer/transformer.ts';
