import type { Questions, Serving } from '../inference/serving.ts';
import * as tf from '../tfjs/tf.ts';
import { softmaxLoss } from './losses.ts';
import { named } from './named-example.ts';
import type { ServedObjective } from './objective.ts';

/** How an example of an app becomes a row of numbers. */
export interface Rows<Example> {
  /** What the model takes of an example: finite numbers, as many of each. Scale them to about −1 to 1. */
  readonly features: (example: Example) => readonly number[];
  /** How many features there are; by default as many as the first example of a training has. */
  readonly inputs?: number;
}

/** Rows with a class each. */
export interface ClassifierOptions<Example> extends Rows<Example> {
  /** Classes that the model tells apart, 2 or more. */
  readonly classes: number;
  /** The class of an example, a whole number from 0 to `classes` − 1. */
  readonly label: (example: Example) => number;
}

/** Rows with what is to be predicted of each. */
export interface RegressorOptions<Example> extends Rows<Example> {
  /** What the model is to predict of an example: a finite number, or several, as many of each. Scale them to about −1 to 1. */
  readonly label: (example: Example) => number | readonly number[];
  /** Numbers of a label, which predictions have as many of; by default as many as the first example of a training has, and 1 in predictions. */
  readonly outputs?: number;
}

/**
 * The objective of a model that puts rows of numbers into classes: it takes `[batch, features]`, ends in as many logits or probabilities
 * as there are classes, and is trained by cross-entropy. With `serving`: an app asks with an example, whose label is not read.
 * Training throws `data.row` for an example that is none, which the detail names by its position and what is wrong.
 *
 * @throws RangeError for fewer than two classes
 */
export function classifier<Example>(options: ClassifierOptions<Example>): ServedObjective<Example> {
  const { classes, label } = options;
  if (!Number.isInteger(classes) || classes < 2)
    throw new RangeError(`"classes" is a whole number from 2, not ${classes}.`);
  const serving: Serving<Example> = {
    classes,
    firstClass: 0,
    input: asked => featuresOf(asked as Example, options, options.inputs),
    questions: (example): Questions => ({
      input: featuresOf(example, options, options.inputs),
      targets: [{ position: 0, class: classOf(label(example), classes) }],
    }),
  };
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
 * The objective of a model that predicts numbers from rows of numbers: it takes `[batch, features]`, gives `[batch, labels]`, and is trained
 * by the mean squared error. Training throws `data.row` as that of `classifier`. With `serving`: predictions are as many numbers.
 */
export function regressor<Example>(options: RegressorOptions<Example>): ServedObjective<Example> {
  const input = (example: unknown) => featuresOf(example as Example, options, options.inputs);
  return {
    serving: {
      says: 'numbers',
      classes: options.outputs ?? 1,
      firstClass: 0,
      input,
      questions: (example): Questions => ({ input: input(example), targets: [] }),
    },
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
      tf.losses.meanSquaredError(labels, model.apply(inputs, { training: true }) as tf.Tensor) as tf.Scalar,
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

/** Throws `RangeError`. */
function featuresOf<Example>(
  example: Example,
  { features }: Rows<Example>,
  count: number | undefined,
): readonly number[] {
  return numbersOf(features(example), 'features', count);
}

function numbersOf(found: readonly number[], what: string, count: number | undefined): readonly number[] {
  if (!Array.isArray(found) && !ArrayBuffer.isView(found))
    throw new RangeError(`"${what}" gave ${found === null ? 'null' : typeof found}, not a list of numbers.`);
  const numbers = Array.from(found as readonly number[]);
  const wrong = numbers.findIndex(value => !Number.isFinite(value));
  if (wrong >= 0)
    throw new RangeError(`"${what}" gave ${String(numbers[wrong])} at ${wrong}, which is no finite number.`);
  if (numbers.length === 0 || (count !== undefined && numbers.length !== count))
    throw new RangeError(`"${what}" gave ${numbers.length} numbers, not ${count ?? 'one or more'}.`);
  return numbers;
}

function classOf(found: number, classes: number): number {
  if (Number.isInteger(found) && found >= 0 && found < classes) return found;
  throw new RangeError(`"label" gave ${String(found)}, not a whole number from 0 to ${classes - 1}.`);
}
