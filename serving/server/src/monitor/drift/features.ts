import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { Cell } from '@murmuration/monitoring/samples/sample';
import { rowWidth } from '../../tensors/row-slices.ts';
import type { RowGuess } from '../prediction.ts';

export type FeatureRole = 'feature' | 'prediction';

/** Visits one value of a feature. */
export type VisitFeature = (name: string, role: FeatureRole, cell: Cell) => void;

/** Visits a row of features: the elements of `values` from `from` on, one per name. */
export type VisitRow = (names: readonly string[], values: Float64Array | BigInt64Array, from: number) => void;

/** Maximum rows of a request that are read, and maximum values of a row that are separate features. */
const maxRowsRead = 256;
export const mostColumns = 100;

/**
 * Reads the features of a request, row by row. A tensor with one number per row is a feature by its name; one
 * with several is a feature each, `x[0]` and so on; one with more than 100 gives their mean and standard
 * deviation. For text, only the numbers of characters and words count, and the text itself is not kept. The
 * best guess of each row is the feature `prediction`, and its probability is `confidence`.
 */
export class FeatureReader {
  readonly #names = new Map<string, readonly string[]>();

  /**
   * Reads features; `guesses` are the model's outputs by row. If `visitRow` is given, it gets all columns of
   * a row at once; a tensor's names are the same array each time, so that callers look them up once.
   */
  read(
    inputs: readonly Tensor[],
    guesses: readonly RowGuess[],
    visit: VisitFeature,
    visitRow?: VisitRow,
  ): void {
    for (const tensor of inputs) this.#readTensor(tensor, visit, visitRow);
    for (const guess of guesses) readGuess(guess, visit);
  }

  #readTensor(tensor: Tensor, visit: VisitFeature, visitRow: VisitRow | undefined): void {
    const { name, shape, data } = tensor;
    const rows = shape.length === 0 ? 1 : shape[0]!;
    if (rows < 1) return;
    const columns = rowWidth(shape);
    const read = Math.min(rows, maxRowsRead);
    if (tensor.datatype === 'BYTES') {
      if (columns === 1) readTexts(name, data as readonly Uint8Array[], read, visit);
      return;
    }
    // Half floats are bits here, not numbers.
    if (tensor.datatype === 'FP16') return;
    const numbers = data as Float64Array | BigInt64Array;
    if (columns > mostColumns) {
      for (let row = 0; row < read; row++) readMany(name, numbers, row * columns, columns, visit);
      return;
    }
    const names = this.#namesOf(name, columns);
    if (visitRow) {
      for (let row = 0; row < read; row++) visitRow(names, numbers, row * columns);
      return;
    }
    for (let row = 0; row < read; row++)
      for (let column = 0; column < columns; column++)
        visit(names[column]!, 'feature', Number(numbers[row * columns + column]));
  }

  /** Caches the names: joining them takes longer than counting a value. */
  #namesOf(name: string, columns: number): readonly string[] {
    const known = this.#names.get(name);
    if (known?.length === columns) return known;
    const made = columns === 1 ? [name] : Array.from({ length: columns }, (_, at) => `${name}[${at}]`);
    if (this.#names.size >= mostColumns) this.#names.clear();
    this.#names.set(name, made);
    return made;
  }
}

const decoder = new TextDecoder();

function readTexts(name: string, texts: readonly Uint8Array[], rows: number, visit: VisitFeature): void {
  for (let row = 0; row < rows; row++) {
    const text = decoder.decode(texts[row]);
    visit(`${name} (characters)`, 'feature', text.length);
    visit(`${name} (words)`, 'feature', wordsIn(text));
  }
}

/** Counts runs of non-space characters. */
function wordsIn(text: string): number {
  let count = 0;
  let isWithin = false;
  for (let at = 0; at < text.length; at++) {
    const isSpace = text.charCodeAt(at) <= 32;
    if (!isSpace && !isWithin) count += 1;
    isWithin = !isSpace;
  }
  return count;
}

function readMany(
  name: string,
  values: Float64Array | BigInt64Array,
  from: number,
  count: number,
  visit: VisitFeature,
): void {
  let mean = 0;
  let squares = 0;
  for (let at = 0; at < count; at++) {
    const value = Number(values[from + at]);
    // Welford 1962: accurate even if values are far from 0.
    const off = value - mean;
    mean += off / (at + 1);
    squares += off * (value - mean);
  }
  visit(`${name} (mean)`, 'feature', mean);
  visit(`${name} (deviation)`, 'feature', Math.sqrt(squares / count));
}

function readGuess(guess: RowGuess, visit: VisitFeature): void {
  if (guess.kind === 'number') {
    visit('prediction', 'prediction', guess.value);
    return;
  }
  visit('prediction', 'prediction', String(guess.guesses[0]));
  const confidence = guess.probabilities?.[0];
  if (confidence !== undefined) visit('confidence', 'prediction', confidence);
}
