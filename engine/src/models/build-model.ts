import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { registerLayers } from '../layers/register.ts';
import * as tf from '../tfjs/tf.ts';
import { checkedTopology, requireSmall } from './checked-topology.ts';

/** Method by which a layer creates a weight. */
type AddWeight = (this: tf.layers.Layer, ...given: WeightArguments) => tf.LayerVariable;
type WeightArguments = [
  name: string,
  shape: tf.Shape,
  dtype?: tf.DataType,
  initializer?: unknown,
  ...others: unknown[],
];

/**
 * Builds a layers model of the `modelTopology` of a file, with these weights, which it frees. Its layers may
 * not have more weights than there are values. Throws `model.unusable` as `checkedTopology` does, and if
 * TensorFlow.js can't build it.
 */
export async function buildModel(topology: object, weights: tf.NamedTensorMap): Promise<tf.LayersModel> {
  registerLayers();
  const made: tf.LayerVariable[] = [];
  try {
    const values = Object.values(weights).reduce((sum, { size }) => sum + size, 0);
    const model = await withWeightsBounded(values, made, () =>
      tf.models.modelFromJSON(checkedTopology(topology) as tf.io.ModelJSON),
    );
    requireSmallOutputs(model);
    model.loadWeights(weights, true);
    return model;
  } catch (cause) {
    tf.dispose(made.map(weight => weight.read()));
    if (cause instanceof MurmurationError) throw cause;
    throw new MurmurationError('model.unusable', `The model can't be built: ${messageOf(cause)}`, { cause });
  } finally {
    tf.dispose(weights);
  }
}

/**
 * Runs `build` up to its first wait, with bounded weights. All weights begin as zeros, whatever the file
 * says: they are loaded later, and some initialisers take hours. Adds each new weight to `made`.
 */
function withWeightsBounded<Built>(values: number, made: tf.LayerVariable[], build: () => Built): Built {
  const prototype = tf.layers.Layer.prototype as unknown as { addWeight: AddWeight };
  const { addWeight } = prototype;
  const zeros = tf.initializers.zeros();
  let left = values;
  prototype.addWeight = function (name, shape, dtype, _, ...others) {
    left -= shape.reduce<number>((product, length) => product * (length ?? Number.NaN), 1);
    if (!(left >= 0))
      throw new MurmurationError(
        'model.unusable',
        `The model can't be built: its layers have more weights than the ${values} values that there are.`,
      );
    const weight = addWeight.call(this, name, shape, dtype, zeros, ...others);
    made.push(weight);
    return weight;
  };
  try {
    return build();
  } finally {
    prototype.addWeight = addWeight;
  }
}

function requireSmallOutputs({ layers }: { readonly layers: readonly tf.layers.Layer[] }): void {
  for (const layer of layers) {
    for (const { outputShapes } of layer.inboundNodes) {
      const shapes = (Array.isArray(outputShapes[0]) ? outputShapes : [outputShapes]) as tf.Shape[];
      for (const shape of shapes) requireSmall(shape);
    }
    if ('layers' in layer) requireSmallOutputs(layer as unknown as tf.LayersModel);
  }
}
