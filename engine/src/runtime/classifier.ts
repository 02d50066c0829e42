import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Classifier } from '../inference/classifier.ts';
import { softmax } from '../inference/softmax.ts';
import { tokenClassifier } from '../inference/token-classifier.ts';
import { loadModel } from '../models/model.ts';
import { type Apply, logitsOf } from '../models/outputs.ts';
import { readTidily } from '../tfjs/read.ts';
import * as tf from '../tfjs/tf.ts';
import { predictorOf } from './predict.ts';

/**
 * Loads a model that ends in logits, or in a softmax of them, which is left out: on the fused kernels if they
 * know all its layers, otherwise on the current tfjs backend. Throws `model.unusable` if tfjs can't build it,
 * or if its number of outputs is not `classes`, where given.
 *
 * @param startBackend starts the backend if the fused kernels don't know the model; by default it is the
 * current one.
 */
export async function classifierOf(
  files: ModelFiles,
  classes?: number,
  startBackend: () => Promise<unknown> = async () => {},
): Promise<Classifier> {
  const model = await loadModel(files);
  const outputs = model.outputs.reduce((sum, { shape }) => sum + (shape.at(-1) ?? 0), 0);
  if (classes !== undefined && outputs !== classes) {
    model.dispose();
    throw new MurmurationError('model.unusable', `The model has ${outputs} outputs, the task ${classes}.`);
  }
  if (model.outputs.length > 1 && model.inputs[0]!.shape.slice(1).includes(null)) {
    model.dispose();
    throw new MurmurationError('model.unusable', 'A model of several outputs has to take rows of features.');
  }
  if (model.outputs.length > 1 || !model.layers.some(layer => layer.getClassName() === 'Embedding')) {
    await startBackend();
    return featureClassifier(model);
  }
  const { predictor, engine } = await predictorOf(model);
  if (engine === 'fused') model.dispose();
  else await startBackend();
  return tokenClassifier(predictor, () => engine === 'generic' && model.dispose());
}

/** Concatenates the values of several outputs. */
function allOutputsOf(model: tf.LayersModel): Apply {
  return inputs =>
    tf.concat(
      (model.apply(inputs) as tf.Tensor[]).map(output => output.reshape([inputs.shape[0]!, -1])),
      1,
    );
}

function featureClassifier(model: tf.LayersModel): Classifier {
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const size = sizeOf(shape);
  const says = model.outputs.length > 1 ? allOutputsOf(model) : logitsOf(model);
  const after = (input: readonly number[], firstClass?: number) => {
    if (input.length !== size) throw new RangeError(`The model takes ${size} features, not ${input.length}.`);
    const values = readTidily(() => {
      const row = tf.tensor(input as number[], [1, ...shape], 'float32');
      return says(row).dataSync<'float32'>().slice();
    });
    return firstClass === undefined ? values : softmax(values, firstClass);
  };
  return {
    after,
    at: (input, positions, hear, firstClass) => {
      for (const index of positions.keys()) hear(index, after(input, firstClass));
    },
    forget() {},
    dispose: () => model.dispose(),
  };
}
