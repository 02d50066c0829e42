import { startBackend } from '@murmuration/engine/backend/backend';
import { kerasModel } from '@murmuration/engine/models/keras-model';
import { describeModel } from '@murmuration/engine/models/model';
import { loadLayers } from '@murmuration/engine/runtime/layers-model';
import { encodeModel } from '@murmuration/protocol/weights/model-files';

/** Reads the Keras model in a folder into the form of versions, once an engine has loaded it. */
export default async function readModel(from: string) {
  await startBackend();
  const model = await kerasModel(from);
  const described = describeModel(model);
  model.dispose();
  const { topology, layout, weights } = described;
  const { json, weights: bytes, weightsHash, hash } = encodeModel(topology, layout, weights);
  const { engine, inputs, outputs } = await loadLayers(described);
  return {
    model: hash as string,
    values: layout.count,
    engine,
    inputs,
    outputs,
    json,
    weights: bytes,
    weightsName: `${weightsHash}.bin`,
  };
}
