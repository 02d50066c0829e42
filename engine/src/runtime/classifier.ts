import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { KeptStates } from '../inference/kept-states.ts';
import type { Predictor } from '../inference/predictor.ts';
import { softmax } from '../inference/softmax.ts';
import { loadModel } from '../models/model.ts';
import { logitsOf } from '../models/outputs.ts';
import * as tf from '../tfjs/tf.ts';
import { predictorOf } from './predict.ts';

/**
 * A model version in use, on inputs as `Serving.input` makes them: it says the logits of all classes or, where `firstClass` is given,
 * probabilities of the classes from that one on, 0 below.
 */
export interface Classifier {
  /** What it says after the whole input. Throws `RangeError` for tokens that the model does not know, or another number of features. */
  after(input: readonly number[], firstClass?: number): Float32Array;
  /** `hear` is given what it says at each of the positions, which rise. */
  at(
    input: readonly number[],
    positions: readonly number[],
    hear: (index: number, values: Float32Array) => void,
    firstClass?: number,
  ): void;
  /** Keeps nothing of the inputs so far; without it, one that begins as one of the last did takes the tokens behind that alone. */
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

/** Somebody who types takes back some of the last words, and goes on: so many of the last states of an input are kept. */
const lastStates = 4;
/** Those of four inputs, which may be asked about in turns. */
const mostStates = 4 * lastStates;

function tokenClassifier(predictor: Predictor, dispose: () => void): Classifier {
  const states = new KeptStates(mostStates);
  /** Goes on behind the longest beginning that is known; the number of its tokens. */
  const resume = (input: readonly number[], most: number) => {
    const known = states.longest(input, most);
    if (known) predictor.resume(known.state);
    else predictor.begin();
    return known?.length ?? 0;
  };
  const says = (firstClass?: number) =>
    firstClass === undefined ? predictor.scores() : predictor.probabilities(firstClass);
  return {
    after(asked, firstClass) {
      const input = asked.slice();
      for (let read = resume(input, input.length); read < input.length; ) {
        predictor.next(input[read++]!);
        if (input.length - read < lastStates) states.keep(input, read, predictor.state());
      }
      return says(firstClass);
    },
    // These are of examples, of which none is asked about again: they keep nothing.
    at(input, positions, hear, firstClass) {
      let read = resume(input, positions.length > 0 ? positions[0]! + 1 : 0);
      for (const [index, position] of positions.entries()) {
        while (read <= position) predictor.next(input[read++]!);
        hear(index, says(firstClass));
      }
    },
    forget() {
      states.clear();
      predictor.begin();
    },
    dispose,
  };
}

function featureClassifier(model: tf.LayersModel): Classifier {
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const size = sizeOf(shape);
  const logits = logitsOf(model);
  const after = (input: readonly number[], firstClass?: number) => {
    if (input.length !== size) throw new RangeError(`The model takes ${size} features, not ${input.length}.`);
    const values = tf.tidy(() => {
      const row = tf.tensor(input as number[], [1, ...shape], 'float32');
      return logits(row).dataSync<'float32'>().slice();
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
