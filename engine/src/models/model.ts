import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { layoutOf, sizeOf } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import * as tf from '../tfjs/tf.ts';
import { buildModel } from './build-model.ts';
import { freezeAs, freezeInside, heldIn } from './frozen-layers.ts';

/** Parts of a layers model that its files are made of. */
export type ModelParts = Pick<ModelFiles, 'topology' | 'layout' | 'weights'>;

/**
 * Describes a model. Freezes layers inside its frozen models (see `freezeInside`). Throws `model.unusable`
 * for weights that aren't float32.
 */
export function describeModel(model: tf.LayersModel): ModelParts {
  for (const { originalName, dtype } of model.weights) {
    if (dtype !== 'float32')
      throw new MurmurationError(
        'model.unusable',
        `The weight ${originalName} is ${dtype}; models have float32 weights.`,
      );
  }
  freezeInside(model, !model.trainable);
  const layout = layoutOf(
    model.weights.map(({ originalName, shape }) => ({ name: originalName, shape: shape as number[] })),
  );
  const held = heldIn(model);
  return {
    topology: { ...(model.toJSON(null, false) as object), ...(held.length > 0 && { heldWeights: held }) },
    layout,
    weights: readWeights(model, new Float32Array(layout.count)),
  };
}

/**
 * Builds the layers model of a version. Throws `model.unusable` if tfjs can't, for instance for an unknown
 * layer, and for a topology that would keep it busy for ever, or that has more weights than the layout.
 */
export async function loadModel({ topology, layout, weights }: ModelParts): Promise<tf.LayersModel> {
  const specs = layout.tensors.map(({ name, shape }) => ({
    name,
    shape: [...shape],
    dtype: 'float32' as const,
  }));
  const model = await buildModel(topology, tf.io.decodeWeights(weights.slice().buffer, specs));
  freezeAs(topology, model);
  return model;
}

/** Copies the weights of a model into `vector`, in the order of its layout. */
export function readWeights(model: tf.LayersModel, vector: Float32Array): Float32Array {
  let at = 0;
  for (const weight of model.weights) {
    const values = weight.read().dataSync();
    vector.set(values, at);
    at += values.length;
  }
  return vector;
}

/** Sets the weights of a model from `vector`, in the order of its layout. */
export function writeWeights(model: tf.LayersModel, vector: Float32Array): void {
  tf.tidy(() => {
    let at = 0;
    for (const weight of model.weights) {
      const size = sizeOf(weight.shape as number[]);
      weight.write(tf.tensor(vector.subarray(at, at + size), weight.shape as number[], 'float32'));
      at += size;
    }
  });
}
