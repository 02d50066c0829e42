import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { Cell } from '@murmuration/monitoring/samples/sample';
import type { RowGuess } from '../prediction.ts';

export type FeatureRole = 'feature' | 'prediction';

/** Takes one value of a feature. */
export type VisitFeature = (name: string, role: FeatureRole, cell: Cell) => void;

/** Takes a row of features at once: of `values` those from `from` on, one a name. */
export type VisitRow = (names: readonly string[], values: Float64Array | BigInt64Array, from: number) => void;

/** Rows of a request that are looked at, and values of a row that are features of their own, at most. */
const mostRows = 256;
export const mostColumns = 100;

/**
 * Reads what a request holds as features, row by row. A tensor with one number a row is a feature by its name, one with several a feature each,
 * `x[0]` and on; of more than 100, what they are on average and how far they spread. Of a text, its characters and words are counted: what it
 * says is kept nowhere. The best guess of each row is the feature `prediction`, and how sure the model is of it `confidence`.
 */
export class FeatureReader {
  readonly #names = new Map<string, readonly string[]>();

  /**
   * `guesses`: what the outputs say of each row. `visitRow` is given all columns of a row at once, where there are as many features as columns;
   * names of one tensor are the same list each time, so that what they stand for is looked up once.
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
    const columns = shape.slice(1).reduce((product, length) => product * length, 1);
    const read = Math.min(rows, mostRows);
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

  /** Made once: to put them together takes longer than to count a value. */
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

/** Runs of what is no space. */
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
    // Welford 1962: exact enough where values are far from 0.
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
