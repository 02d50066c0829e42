import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { textsOf } from '@murmuration/inference-client/tensors/values';
import type { Label } from '@murmuration/monitoring/accuracy/judged';
import type { Variant } from '../experiments/experiment.ts';
import { rowWidth } from '../tensors/row-slices.ts';

/** Prediction as remembered until its outcome is known. Plain data. */
export interface RememberedPrediction {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly model: string;
  readonly version: string;
  /** Guess for each row. */
  readonly rows: readonly RowGuess[];
  /** Variant of an experiment that it was part of. */
  readonly variant?: Variant | undefined;
}

export type RowGuess =
  | {
      readonly kind: 'class';
      /** Guesses, the best first, at most ten. */
      readonly guesses: readonly Label[];
      /** Probability of each guess, if the model gives them. */
      readonly probabilities?: readonly number[] | undefined;
      /** Number of classes, if guesses are class numbers. */
      readonly classes?: number | undefined;
    }
  | { readonly kind: 'number'; readonly value: number };

/**
 * Maximum rows of a request that may get outcomes, guesses per row, and values per row; larger requests are
 * only counted.
 */
export const maxOutcomeRows = 64;
export const mostGuesses = 10;
const maxRowValues = 65_536;
/** Maximum characters of a label. */
export const longestLabel = 256;
/** Maximum distance of a sum of probabilities from 1. */
const maxSumError = 1e-3;

/**
 * Returns the guess for each row, from the first output. Texts are guesses in order, with an output of the
 * same shape as their probabilities; several numbers are scores of classes; a single number is an estimate,
 * or a class if it is an integer. Returns undefined if that is ambiguous, or too large.
 */
export function guessesOf(outputs: readonly Tensor[]): readonly RowGuess[] | undefined {
  const [first] = outputs;
  if (!first) return undefined;
  const { shape, datatype } = first;
  // Steps of a sequence are not rows.
  if (shape.length > 2) return undefined;
  const rows = shape.length === 0 ? 1 : shape[0]!;
  const values = rowWidth(shape);
  if (rows < 1 || rows > maxOutcomeRows || values < 1 || values > maxRowValues) return undefined;
  if (datatype === 'BYTES') return textGuesses(first, rows, values, outputs);
  const { data } = first;
  if (!ArrayBuffer.isView(data)) return undefined;
  const numbers = data as Float64Array | Float32Array | Int32Array | BigInt64Array;
  const isWhole = datatype.includes('INT');
  const found: RowGuess[] = [];
  for (let row = 0; row < rows; row++) {
    if (values > 1) found.push(classGuess(numbers as Float64Array, row * values, values));
    else {
      const value = Number(numbers[row]);
      found.push(isWhole ? { kind: 'class', guesses: [value] } : { kind: 'number', value });
    }
  }
  return found;
}

function textGuesses(
  tensor: Tensor,
  rows: number,
  values: number,
  outputs: readonly Tensor[],
): readonly RowGuess[] | undefined {
  const texts = textsOf(tensor);
  if (texts.some(text => text.length > longestLabel)) return undefined;
  const numbers = outputs.find(
    ({ datatype, shape }) => datatype.startsWith('FP') && shape.join() === tensor.shape.join(),
  );
  return Array.from({ length: rows }, (_, row): RowGuess => {
    const upTo = row * values + Math.min(values, mostGuesses);
    const probabilities = numbers && Array.from(numbers.data as Float32Array).slice(row * values, upTo);
    return {
      kind: 'class',
      guesses: texts.slice(row * values, upTo),
      ...(probabilities?.every(isShare) && { probabilities }),
    };
  });
}

/** Returns the best classes by score, with probabilities if the scores are some. */
function classGuess(scores: Float64Array, from: number, classes: number): RowGuess {
  const best: number[] = [];
  let sum = 0;
  let areShares = true;
  for (let at = 0; at < classes; at++) {
    const score = scores[from + at]!;
    sum += score;
    areShares &&= score >= 0 && score <= 1;
    if (best.length === mostGuesses && score <= scores[from + best[mostGuesses - 1]!]!) continue;
    // Sorted here, since `splice` takes longer than all the rest of a guess.
    let place = best.length;
    if (place === mostGuesses) place -= 1;
    else best.push(at);
    for (; place > 0 && scores[from + best[place - 1]!]! < score; place--) best[place] = best[place - 1]!;
    best[place] = at;
  }
  const areProbabilities = areShares && Math.abs(sum - 1) <= maxSumError;
  if (!areProbabilities) return { kind: 'class', guesses: best, classes };
  return { kind: 'class', guesses: best, classes, probabilities: best.map(at => scores[from + at]!) };
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}
