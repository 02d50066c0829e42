import { loadModel } from '@murmuration/engine/model';
import { predictorOf } from '@murmuration/engine/predict';
import type { Predictor } from '@murmuration/engine/predictor';
import type { Serving } from '@murmuration/engine/serving';
import * as tf from '@murmuration/engine/tf';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { inputOf } from './asked.ts';
import type { Inference, OpenModel } from './inference.ts';
import { softmax } from './probabilities.ts';

/**
 * Runs models in the thread of its caller, whose backend has been started: on the engine's fused kernels where they know all layers, else
 * on the current tfjs backend. The models end in logits.
 */
export function tfjsInference(serving: Serving<never>): Inference {
  const task = serving as Serving<unknown>;
  const open = new Set<OpenModel>();
  return {
    async open(files) {
      const answers = await scoresOf(files, task);
      const opened: OpenModel = {
        async predict(input) {
          return softmax(answers.after(inputOf(task, input)), task.firstClass);
        },
        async answer(example) {
          const { input, targets } = task.questions(example);
          const values = new Float32Array(targets.length * task.classes);
          const positions = targets.map(({ position }) => position);
          answers.at(input, positions, (question, scores) =>
            values.set(softmax(scores, task.firstClass), question * task.classes),
          );
          return values;
        },
        async close() {
          if (open.delete(opened)) answers.dispose();
        },
      };
      open.add(opened);
      return opened;
    },
    async close() {
      await Promise.all(Array.from(open, model => model.close()));
    },
  };
}

/** Logits of all classes. */
interface Scores {
  after(input: readonly number[]): Float32Array;
  /** Hears them at each of the positions, which rise. */
  at(
    input: readonly number[],
    positions: readonly number[],
    hear: (index: number, scores: Float32Array) => void,
  ): void;
  dispose(): void;
}

async function scoresOf(files: ModelFiles, { classes }: Serving<unknown>): Promise<Scores> {
  const model = await loadModel(files);
  const outputs = model.outputs[0].shape.at(-1);
  if (outputs !== classes) {
    model.dispose();
    throw new MurmurationError(
      'model.unusable',
      `The model has ${outputs} outputs, the task ${classes} classes.`,
    );
  }
  if (!model.layers.some(layer => layer.getClassName() === 'Embedding')) return scoresOfFeatures(model);
  const { predictor, engine } = await predictorOf(model);
  if (engine === 'fused') model.dispose();
  return scoresOfTokens(predictor, () => engine === 'generic' && model.dispose());
}

/** A sequence that goes on where the one before ended costs its new tokens alone. */
function scoresOfTokens(predictor: Predictor, dispose: () => void): Scores {
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
    dispose,
  };
}

function scoresOfFeatures(model: tf.LayersModel): Scores {
  const shape = model.inputs[0].shape.slice(1) as number[];
  const after = (input: readonly number[]) =>
    tf.tidy(() => {
      const row = tf.tensor(input as number[], [1, ...shape], 'float32');
      return (model.predict(row) as tf.Tensor).dataSync<'float32'>().slice();
    });
  return {
    after,
    at: (input, positions, hear) => {
      for (const index of positions.keys()) hear(index, after(input));
    },
    dispose: () => model.dispose(),
  };
}
