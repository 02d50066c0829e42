import { kinds, type NumericData, type TensorData } from '@murmuration/inference-client/tensors/datatype';
import { refuseInput, type Tensor } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { RowBatch, RowFailure, RowGroup } from './batch.ts';
import { bytesOfCell, listOfCell, numberOfCell, numbersOfCells, refuseCell } from './cells.ts';
import type { InputPlan, PlannedInput } from './plan.ts';

/** Maximum characters of a key. */
const maxRowKeyLength = 500;
/** Maximum elements of the inputs of one row. */
const maxRowElements = 2 ** 22;
/** Number of elements from which a batch is full, however few rows it has. */
const fullAt = 2 ** 18;

interface OpenGroup {
  readonly keys: string[];
  readonly lines: number[];
  readonly columns: readonly OpenColumn[];
}

/** Rows of one input so far. */
interface OpenColumn {
  readonly input: PlannedInput;
  readonly row: readonly number[];
  readonly width: number;
  /** Room for `rows` rows; undefined for bytes. */
  data: NumericData | undefined;
  readonly bytes: Uint8Array[];
}

/** Shape and elements of an input in one row. */
interface Encoded {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/**
 * Encodes records as tensors in batches, those of one shape together. A record that does not fit is one
 * failure, and the rest goes on.
 */
export class RowEncoder {
  readonly plan: InputPlan;
  readonly #rows: number;
  /** True if all inputs of the model have one width and 32-bit numbers, as most tables do. */
  readonly #isFlat: boolean;
  readonly #groups = new Map<string, OpenGroup>();
  #failures: RowFailure[] = [];
  #read = 0;
  #elements = 0;

  /** Makes an encoder for batches of `rows` rows. */
  constructor(plan: InputPlan, rows: number) {
    this.plan = plan;
    this.#rows = rows;
    this.#isFlat = plan.inputs.every(
      ({ spec, cells }) =>
        spec.datatype === 'FP32' &&
        (cells.length > 1 || spec.shape.length === 1 || (spec.shape.length === 2 && spec.shape[1] === 1)),
    );
  }

  get isFull(): boolean {
    return this.#read >= this.#rows || this.#elements >= fullAt;
  }

  get isEmpty(): boolean {
    return this.#read === 0;
  }

  /** Adds a record: its cells in the order of the plan's columns. */
  add(line: number, cells: readonly unknown[]): void {
    this.#read += 1;
    let key: string | null = null;
    try {
      key = keyOf(this.plan.columns[0] ?? '', cells[0]);
      if (this.#isFlat) this.#addFlat(line, key, cells);
      else this.#addAny(line, key, cells);
    } catch (error) {
      const reason = error instanceof MurmurationError ? error.detail : messageOf(error);
      this.#failures.push({ line, key, reason });
    }
  }

  /** Adds a failure for an unreadable record. */
  fail(line: number, reason: string): void {
    this.#read += 1;
    this.#failures.push({ line, key: null, reason });
  }

  /** Returns the batch added since the last call. */
  take(share: number | null = null): RowBatch {
    const groups = [...this.#groups.values()].filter(({ keys }) => keys.length > 0).map(closed);
    const batch = { read: this.#read, groups, failures: this.#failures, share };
    this.#groups.clear();
    this.#failures = [];
    this.#read = 0;
    this.#elements = 0;
    return batch;
  }

  /** Writes numbers directly into place; a failed row leaves its place to the next one. */
  #addFlat(line: number, key: string, cells: readonly unknown[]): void {
    const { inputs, columns } = this.plan;
    let group = this.#groups.get('');
    if (!group) {
      group = this.#open(inputs.map(({ spec, cells }) => rowShape(spec.shape, cells.length)));
      this.#groups.set('', group);
    }
    const row = group.keys.length;
    for (const { input, width, data } of group.columns) {
      const values = data as Float32Array;
      this.#elements += width;
      for (let index = 0, at = row * width; index < width; index++, at++) {
        const cell = cells[input.cells[index] as number];
        values[at] = numberOfCell(cell);
        if (!Number.isFinite(values[at])) refuseCell(columns[input.cells[index] as number] ?? '', cell);
      }
    }
    group.keys.push(key);
    group.lines.push(line);
  }

  #addAny(line: number, key: string, cells: readonly unknown[]): void {
    const encoded = this.plan.inputs.map(input => this.#encode(input, cells));
    const shapes = encoded.map(({ shape }) => shape);
    const name = shapes.map(shape => shape.join(',')).join(';');
    let group = this.#groups.get(name);
    if (!group) {
      group = this.#open(shapes);
      this.#groups.set(name, group);
    }
    const row = group.keys.length;
    for (const [index, column] of group.columns.entries()) {
      const { data } = encoded[index] as Encoded;
      if (column.data) place(column, row, data as NumericData);
      else for (const bytes of data as readonly Uint8Array[]) column.bytes.push(bytes);
      this.#elements += column.data ? data.length : sizeOfBytes(data as readonly Uint8Array[]);
    }
    group.keys.push(key);
    group.lines.push(line);
  }

  #encode({ spec, cells: places }: PlannedInput, cells: readonly unknown[]): Encoded {
    const { name, datatype, shape: wanted } = spec;
    const rest = wanted.slice(1);
    const [only] = places;
    const single = places.length === 1 && only !== undefined ? cells[only] : undefined;
    const isScalar = rest.length === 0 || (rest.length === 1 && rest[0] === 1 && !Array.isArray(single));
    const nested =
      places.length > 1 ? places.map(place => cells[place]) : isScalar ? [single] : listOfCell(name, single);
    const found = places.length > 1 || isScalar ? [nested.length] : shapeOf(nested);
    const flat = found.length > 1 ? (nested.flat(16) as readonly unknown[]) : nested;
    const count = found.reduce((product, length) => product * length, 1);
    if (count !== flat.length || flat.some(Array.isArray)) refuseInput(`The lists of "${name}" are uneven.`);
    if (count > maxRowElements) refuseInput(`"${name}" has ${count} values; ${maxRowElements} are the most.`);
    const shape = isScalar ? rest : fitted(name, found, rest, count);
    return {
      shape,
      data:
        datatype === 'BYTES'
          ? flat.map(cell => bytesOfCell(name, cell))
          : numbersOfCells(name, datatype, flat),
    };
  }

  #open(shapes: readonly (readonly number[])[]): OpenGroup {
    const columns = this.plan.inputs.map((input, index): OpenColumn => {
      const row = shapes[index] ?? [];
      const width = row.reduce((product, length) => product * length, 1);
      const { datatype } = input.spec;
      // Flat rows come in full batches; other shapes have a few rows each.
      const room = this.#isFlat ? Math.min(this.#rows, Math.ceil(fullAt / Math.max(1, width)) + 1) : 1;
      const data = datatype === 'BYTES' ? undefined : kinds[datatype].make(room * width);
      return { input, row, width, data, bytes: [] };
    });
    return { keys: [], lines: [], columns };
  }
}

function keyOf(column: string, cell: unknown): string {
  const key = typeof cell === 'number' || typeof cell === 'bigint' ? String(cell) : cell;
  if (typeof key !== 'string' || key === '') refuseInput(`The key "${column}" is missing.`);
  if (key.length > maxRowKeyLength)
    refuseInput(`The key "${column}" has ${key.length} characters; ${maxRowKeyLength} are the most.`);
  if (/\0|\p{Surrogate}/u.test(key))
    refuseInput(`The key "${column}" holds NUL or half a surrogate pair, which no database stores.`);
  return key;
}

/** Returns the shape of one row of a numeric input with this many cells. */
function rowShape(wanted: readonly number[], cells: number): readonly number[] {
  return wanted.slice(1).map(length => (length === -1 ? cells : length));
}

/** Returns the shape of a row, nested as the model wants it, or flat if that is unambiguous. */
function fitted(
  name: string,
  found: readonly number[],
  rest: readonly number[],
  count: number,
): readonly number[] {
  const fits =
    found.length === rest.length && rest.every((length, at) => length === -1 || length === found[at]);
  if (fits) return found;
  const isFixed = !rest.includes(-1);
  if (isFixed && found.length === 1 && rest.reduce((product, length) => product * length, 1) === count)
    return rest;
  return refuseInput(
    `A row of "${name}" has the shape [${found.join(', ')}]; the model takes [${rest.join(', ')}], where -1 is any length.`,
  );
}

function shapeOf(nested: readonly unknown[]): readonly number[] {
  const shape: number[] = [];
  for (let at: unknown = nested; Array.isArray(at); at = at[0]) {
    shape.push(at.length);
    if (shape.length > 16) break;
  }
  return shape;
}

/** Returns the size of texts in elements: four bytes count as one number. */
function sizeOfBytes(texts: readonly Uint8Array[]): number {
  return texts.reduce((sum, { length }) => sum + 1 + length / 4, 0);
}

function place(column: OpenColumn, row: number, data: NumericData): void {
  const { input, width } = column;
  const room = column.data as NumericData;
  if ((row + 1) * width > room.length) {
    const { datatype } = input.spec;
    const larger = kinds[datatype as 'FP32'].make(Math.max(1, 2 * row) * width);
    larger.set(room as never);
    column.data = larger;
  }
  (column.data as NumericData).set(data as never, row * width);
}

function closed({ keys, lines, columns }: OpenGroup): RowGroup {
  const inputs = columns.map(({ input: { spec }, row, width, data, bytes }): Tensor => {
    const shape = [keys.length, ...row];
    const own = data ? (data.subarray(0, keys.length * width) as TensorData) : bytes;
    return { name: spec.name, datatype: spec.datatype, shape, data: own };
  });
  return { keys, lines, inputs };
}
