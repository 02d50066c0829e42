import {
  type ClassifierOptions,
  classifierServing,
  classOf,
  featuresOf,
  numbersOf,
  type RegressorOptions,
  type Rows,
  regressorServing,
} from '../inference/row-serving.ts';
import { shapedFor } from '../models/outputs.ts';
import * as tf from '../tfjs/tf.ts';
import { softmaxLoss } from './losses.ts';
import { named } from './named-example.ts';
import type { ServedObjective } from './objective.ts';

/**
 * Objective of a model that puts rows of numbers into classes. It takes `[batch, features]`, or as many
 * features in any shape, such as that of an image, ends in as many logits or probabilities as there are
 * classes, and is trained by cross-entropy. With `serving`, an app asks with an example, whose label is not
 * read. Training throws `data.row` for an invalid example; the detail names its position and what is wrong.
 *
 * @throws RangeError for fewer than two classes
 */
export function classifier<Example>(options: ClassifierOptions<Example>): ServedObjective<Example> {
  const { classes, label } = options;
  const serving = classifierServing(options);
  return {
    encode(examples) {
      const rows = rowsOf(examples, options);
      const labels = examples.map((example, i) => named(i, () => classOf(label(example), classes)));
      return {
        size: examples.length,
        batch: chosen => ({
          inputs: inputsOf(rows, chosen),
          labels: tf.tensor1d(
            Int32Array.from(chosen, row => labels[row]!),
            'int32',
          ),
          weights: tf.ones([chosen.length]),
        }),
      };
    },
    loss: softmaxLoss,
    serving,
  };
}

/**
 * Objective of a model that predicts numbers from rows of numbers. It takes the same inputs as `classifier`,
 * gives `[batch, labels]`, and is trained by the mean squared error. Training throws `data.row` as
 * `classifier` does. With `serving`, a prediction has as many numbers as a label.
 */
export function regressor<Example>(options: RegressorOptions<Example>): ServedObjective<Example> {
  return {
    serving: regressorServing(options),
    encode(examples) {
      const rows = rowsOf(examples, options);
      let { outputs } = options;
      const labels = examples.map((example, i) =>
        named(i, () => {
          const found = options.label(example);
          const numbers = numbersOf(typeof found === 'number' ? [found] : found, 'label', outputs);
          outputs = numbers.length;
          return numbers;
        }),
      );
      return {
        size: examples.length,
        batch: chosen => ({
          inputs: inputsOf(rows, chosen),
          labels: inputsOf(labels, chosen),
          weights: tf.ones([chosen.length]),
        }),
      };
    },
    loss: (model, { inputs, labels }) =>
      tf.losses.meanSquaredError(
        labels,
        model.apply(shapedFor(model, inputs), { training: true }) as tf.Tensor,
      ) as tf.Scalar,
  };
}

function rowsOf<Example>(examples: readonly Example[], options: Rows<Example>): (readonly number[])[] {
  let { inputs } = options;
  return examples.map((example, i) =>
    named(i, () => {
      const row = featuresOf(example, options, inputs);
      inputs ??= row.length;
      return row;
    }),
  );
}

const inputsOf = (rows: readonly (readonly number[])[], chosen: Uint32Array): tf.Tensor2D =>
  tf.tensor2d(Array.from(chosen, row => [...rows[row]!]));
