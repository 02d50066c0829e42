import { regressor } from '@murmuration/engine/objective/rows';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { between, cyclic } from '../../unit/engine/models/topologies.ts';

const layout = layoutOf([{ name: 'y/kernel', shape: [2, 2] }]);

/** A version as a coordinator publishes it. */
function version(topology: object) {
  const weights = Float32Array.of(1, 0, 0, 1);
  const { hash, json, weights: bytes } = encodeModel(topology, layout, weights);
  return { hash, topology, layout, weights, json, bytes };
}

/** Two numbers, and the same two as its answer. */
export const good = version(between());
/** Under 1 kB of `model.json`, on which TensorFlow.js loops for ever. */
export const hostile = version(cyclic);

export const objective = regressor<readonly number[]>({
  inputs: 2,
  outputs: 2,
  features: row => row,
  label: row => row,
});
