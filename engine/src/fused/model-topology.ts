import { softmaxLayerOf } from '../models/outputs.ts';
import type * as tf from '../tfjs/tf.ts';
import { type Topology, topologyOfLayers } from './topology.ts';
import { refuse, type Unrecognised, unlessRefused } from './unrecognised.ts';

/**
 * Reads the layers of a model up to its logits, as `topologyOfLayers` does; leaves out a softmax behind them.
 */
export function topologyOf(model: tf.LayersModel): Topology | Unrecognised {
  return unlessRefused(() => {
    const softmax = softmaxLayerOf(model);
    const layers = chainOf(model).filter(layer => layer !== softmax);
    return topologyOfLayers(layers, only(model.inputs).shape);
  });
}

/**
 * Layers from input to output. Refuses a model in which a layer does not follow exactly the one before it.
 */
function chainOf(model: tf.LayersModel): tf.layers.Layer[] {
  const output = only(model.outputs);
  const layers = model.layers.filter(layer => layer.getClassName() !== 'InputLayer');
  let before = only(model.inputs).sourceLayer;
  for (const layer of layers) {
    const [node, ...others] = layer.inboundNodes;
    const follows = node?.inboundLayers.length === 1 && node.inboundLayers[0] === before;
    if (!follows) refuse(`the layer ${layer.name} does not follow only the one before it`);
    if (others.length > 0) refuse(`the layer ${layer.name} is used more than once`);
    before = layer;
  }
  if (output.sourceLayer !== before) refuse('the last layer is not the output');
  return layers;
}

function only(tensors: readonly tf.SymbolicTensor[]): tf.SymbolicTensor {
  const [tensor, ...others] = tensors;
  return tensor && others.length === 0 ? tensor : refuse('the model has several inputs or outputs');
}
