import { startBackend } from '@murmuration/engine/backend/backend';
import { readStoredModel, type StoredModel } from '@murmuration/engine/models/stored-weights';
import { loadLayers } from '@murmuration/engine/runtime/layers-model';

/** Loads a model from its two files like a recipient does, and returns its inputs and outputs. */
export default async function loadStored({ json, weights }: StoredModel) {
  await startBackend();
  const { inputs, outputs } = await loadLayers(readStoredModel(json, weights));
  return { inputs, outputs };
}
