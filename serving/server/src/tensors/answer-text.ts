import { valuesToJson } from '@murmuration/inference-client/tensors/json-data';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { nestedJson } from './nested-json.ts';
import { slicedData } from './row-slices.ts';
import { refuseAnswer } from './size.ts';

/** Characters collected before they become bytes. */
const blockLength = 65_536;
/** Elements written at once. */
const blockElements = 4_096;

/** Returns elements as JSON, one text for each. */
type Texts = (part: Tensor) => readonly string[];

/** Text of an answer with a maximum of bytes: anything longer is refused before it is written. */
export class AnswerText {
  readonly #most: number;
  #left: number;
  #open = '';
  readonly #closed: Buffer[] = [];

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** Counts bytes that are sent with the text. Throws `request.too-large` if they exceed the maximum. */
  count(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) refuseAnswer(this.#most);
  }

  /** Adds text. Throws as `count`. */
  add(text: string): void {
    this.#open += text;
    if (this.#open.length >= blockLength) this.#close();
  }

  /**
   * Adds the elements of a tensor as nested lists of its shape, or of another with the same number of
   * elements. Throws as `count`.
   */
  addTensor(tensor: Tensor, texts: Texts = plainTexts, shape: readonly number[] = tensor.shape): void {
    const { length } = tensor.data;
    // Each element takes at least one character and a comma.
    if (2 * length > this.#left + this.#open.length) this.count(2 * length);
    this.#addPart(tensor, texts, shape, 0, length);
  }

  /** Adds one row of a tensor, without the row dimension. Throws as `count`. */
  addRow(tensor: Tensor, texts: Texts, row: number): void {
    const [rows = 1, ...shape] = tensor.shape;
    const length = tensor.data.length / rows;
    this.#addPart(tensor, texts, shape, row * length, length);
  }

  /** Returns the complete text. Throws as `count`. */
  end(): string | Buffer {
    if (this.#closed.length === 0) {
      this.count(Buffer.byteLength(this.#open));
      return this.#open;
    }
    this.#close();
    return Buffer.concat(this.#closed);
  }

  #addPart(tensor: Tensor, texts: Texts, shape: readonly number[], from: number, length: number): void {
    const [rows = 1, ...rest] = shape;
    if (length <= blockElements && rows <= blockElements) {
      this.add(nestedJson(texts(partOf(tensor, from, length)), shape));
      return;
    }
    const width = length / rows;
    const together = Math.max(1, Math.floor(blockElements / Math.max(1, width)));
    this.add('[');
    for (let row = 0; row < rows; row += together) {
      if (row > 0) this.add(',');
      const start = from + row * width;
      if (width > blockElements) this.#addPart(tensor, texts, rest, start, width);
      else {
        const count = Math.min(together, rows - row);
        const part = texts(partOf(tensor, start, count * width));
        this.add(nestedJson(part, [count, ...rest]).slice(1, -1));
      }
    }
    this.add(']');
  }

  #close(): void {
    const bytes = Buffer.from(this.#open);
    this.#open = '';
    this.count(bytes.length);
    this.#closed.push(bytes);
  }
}

function plainTexts({ name, datatype, data }: Tensor): readonly string[] {
  return valuesToJson(name, datatype, data, true);
}

function partOf(tensor: Tensor, from: number, length: number): Tensor {
  const { data } = tensor;
  if (from === 0 && length === data.length) return tensor;
  return { ...tensor, data: slicedData(data, from, from + length) };
}
