import type { Questions, Serving } from './serving.ts';

/** Numbers in a list, or in lists of lists, such as the rows of an image's pixels. */
export type Numbers = ArrayLike<number> | readonly Numbers[];

/** How an example of an app becomes a row of numbers. */
export interface Rows<Example> {
  /**
   * What the model takes of an example: finite numbers, as many of each, flat or nested; they get the shape of the model's input, such as
   * `[height, width, channels]`, in the order in which they stand. Scale them to about −1 to 1.
   */
  readonly features: (example: Example) => Numbers;
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
 * How a model that puts rows of numbers into classes is put to use: what `classifier` has as its `serving`, without TensorFlow.js.
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

/** How a model that predicts numbers from rows is put to use: what `regressor` has as its `serving`, without TensorFlow.js. */
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

/** Throws `RangeError` for what are no features. */
export function featuresOf<Example>(
  example: Example,
  { features }: Rows<Example>,
  count: number | undefined,
): readonly number[] {
  return numbersOf(features(example), 'features', count);
}

const isList = (found: unknown): found is Numbers => Array.isArray(found) || ArrayBuffer.isView(found);

/** The numbers of lists of lists, in the order in which they stand. */
function flat(found: Numbers): readonly number[] {
  const list = Array.from(found as ArrayLike<number | Numbers>);
  return list.some(isList) ? list.flatMap(each => (isList(each) ? flat(each) : each)) : (list as number[]);
}

/** Throws `RangeError` for what is no list of `count` finite numbers, flat or nested. */
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

/** Throws `RangeError` for what is no class. */
export function classOf(found: number, classes: number): number {
  if (Number.isInteger(found) && found >= 0 && found < classes) return found;
  throw new RangeError(`"label" gave ${String(found)}, not a whole number from 0 to ${classes - 1}.`);
}
