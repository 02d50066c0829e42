import type { Questions, Serving } from './serving.ts';

/** Numbers in a list, or in nested lists, such as the rows of an image's pixels. */
type Numbers = ArrayLike<number> | readonly Numbers[];

/** Conversion of an app's example into a row of numbers. */
export interface Rows<Example> {
  /**
   * Returns the features of an example: finite numbers, as many for each example, flat or nested. They get
   * the shape of the model's input, such as `[height, width, channels]`, in their order. Scale them to about
   * −1 to 1.
   */
  readonly features: (example: Example) => Numbers;
  /** Number of features; by default that of the first example of a training. */
  readonly inputs?: number;
}

/** Rows with a class each. */
export interface ClassifierOptions<Example> extends Rows<Example> {
  /** Number of classes, 2 or more. */
  readonly classes: number;
  /** Returns the class of an example, an integer from 0 to `classes` − 1. */
  readonly label: (example: Example) => number;
}

/** Rows with numbers to predict for each. */
export interface RegressorOptions<Example> extends Rows<Example> {
  /**
   * Returns the numbers to predict for an example: one finite number, or as many for each example. Scale them
   * to about −1 to 1.
   */
  readonly label: (example: Example) => number | readonly number[];
  /**
   * Number of values of a label and of a prediction; by default that of the first example of a training, and
   * 1 in predictions.
   */
  readonly outputs?: number;
}

/**
 * Creates the `serving` of a `classifier`, without TensorFlow.js.
 *
 * @throws RangeError for fewer than two classes
 */
export function classifierServing<Example>(options: ClassifierOptions<Example>): Serving<Example> {
  const { classes, label } = options;
  if (!Number.isInteger(classes) || classes < 2)
    throw new RangeError(`"classes" is a whole number from 2, not ${classes}.`);
  return {
    classes,
    firstClass: 0,
    input: asked => featuresOf(asked as Example, options, options.inputs),
    questions: (example): Questions => ({
      input: featuresOf(example, options, options.inputs),
      targets: [{ position: 0, class: classOf(label(example), classes) }],
    }),
  };
}

/** Creates the `serving` of a `regressor`, without TensorFlow.js. */
export function regressorServing<Example>(options: RegressorOptions<Example>): Serving<Example> {
  const input = (example: unknown) => featuresOf(example as Example, options, options.inputs);
  return {
    says: 'numbers',
    classes: options.outputs ?? 1,
    firstClass: 0,
    input,
    questions: (example): Questions => ({ input: input(example), targets: [] }),
  };
}

/** Throws `RangeError` for invalid features. */
export function featuresOf<Example>(
  example: Example,
  { features }: Rows<Example>,
  count: number | undefined,
): readonly number[] {
  return numbersOf(features(example), 'features', count);
}

const isList = (found: unknown): found is Numbers => Array.isArray(found) || ArrayBuffer.isView(found);

/** Flattens nested lists in order. */
function flat(found: Numbers): readonly number[] {
  const list = Array.from(found as ArrayLike<number | Numbers>);
  return list.some(isList) ? list.flatMap(each => (isList(each) ? flat(each) : each)) : (list as number[]);
}

/** Throws `RangeError` for anything but a list of `count` finite numbers, flat or nested. */
export function numbersOf(found: Numbers, what: string, count: number | undefined): readonly number[] {
  if (!isList(found))
    throw new RangeError(`"${what}" gave ${found === null ? 'null' : typeof found}, not a list of numbers.`);
  const numbers = flat(found);
  const wrong = numbers.findIndex(value => !Number.isFinite(value));
  if (wrong >= 0)
    throw new RangeError(`"${what}" gave ${String(numbers[wrong])} at ${wrong}, which is no finite number.`);
  if (numbers.length === 0 || (count !== undefined && numbers.length !== count))
    throw new RangeError(`"${what}" gave ${numbers.length} numbers, not ${count ?? 'one or more'}.`);
  return numbers;
}

/** Throws `RangeError` for an invalid class. */
export function classOf(found: number, classes: number): number {
  if (Number.isInteger(found) && found >= 0 && found < classes) return found;
  throw new RangeError(`"label" gave ${String(found)}, not a whole number from 0 to ${classes - 1}.`);
}
