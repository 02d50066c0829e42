import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Predictor } from '../inference/predictor.ts';
import { loadModel } from '../models/model.ts';
import { logitsOf } from '../models/outputs.ts';
import * as tf from '../tfjs/tf.ts';
import { predictorOf } from './predict.ts';

/** A model version in use: the logits of its classes for inputs as `Serving.input` makes them. */
export interface Classifier {
  /** Logits of all classes after the whole input. Throws `RangeError` for tokens that the model does not know, or another number of features. */
  after(input: readonly number[]): Float32Array;
  /** `hear` is given them at each of the positions, which rise. */
  at(
    input: readonly number[],
    positions: readonly number[],
    hear: (index: number, logits: Float32Array) => void,
  ): void;
  /** Keeps nothing of the inputs so far; without it, an input that goes on where the last one ended takes its new tokens alone. */
  forget(): void;
  dispose(): void;
}

/**
 * Loads a model that ends in logits, or in a softmax of them, which is left out: on the fused kernels where these know all its layers, else on the current tfjs backend. Throws
 * `model.unusable` where tfjs can't build it, or it does not tell `classes` classes apart, where they are given.
 *
 * @param startBackend starts the backend where the fused kernels don't know the model; by default it is the current one.
 */
export async function classifierOf(
  files: ModelFiles,
  classes?: number,
  startBackend: () => Promise<unknown> = async () => {},
): Promise<Classifier> {
  const model = await loadModel(files);
  const outputs = model.outputs[0]!.shape.at(-1);
  if (classes !== undefined && outputs !== classes) {
    model.dispose();
    throw new MurmurationError(
      'model.unusable',
      `The model has ${outputs} outputs, the task ${classes} classes.`,
    );
  }
  if (!model.layers.some(layer => layer.getClassName() === 'Embedding')) {
    await startBackend();
    return featureClassifier(model);
  }
  const { predictor, engine } = await predictorOf(model);
  if (engine === 'fused') model.dispose();
  else await startBackend();
  return tokenClassifier(predictor, () => engine === 'generic' && model.dispose());
}

function tokenClassifier(predictor: Predictor, dispose: () => void): Classifier {
  let taken: readonly number[] | null = null;
  const take = (input: readonly number[]) => {
    const before = taken?.length ?? 0;
    const goesOn = taken !== null && before <= input.length && taken.every((token, i) => token === input[i]);
    // A token that the model does not know leaves the sequence nowhere.
    taken = null;
    if (!goesOn) predictor.begin();
    for (const token of goesOn ? input.slice(before) : input) predictor.next(token);
    taken = input.slice();
  };
  return {
    after(input) {
      take(input);
      return predictor.scores();
    },
    at(input, positions, hear) {
      for (const [index, position] of positions.entries()) {
        take(input.slice(0, position + 1));
        hear(index, predictor.scores());
      }
    },
    forget() {
      taken = null;
      predictor.begin();
    },
    dispose,
  };
}

function featureClassifier(model: tf.LayersModel): Classifier {
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const size = sizeOf(shape);
  const logits = logitsOf(model);
  const after = (input: readonly number[]) => {
    if (input.length !== size) throw new RangeError(`The model takes ${size} features, not ${input.length}.`);
    return tf.tidy(() => {
      const row = tf.tensor(input as number[], [1, ...shape], 'float32');
      return logits(row).dataSync<'float32'>().slice();
    });
  };
  return {
    after,
    at: (input, positions, hear) => {
      for (const index of positions.keys()) hear(index, after(input));
    },
    forget() {},
    dispose: () => model.dispose(),
  };
}
