import {
  type Datatype,
  kinds,
  type NumericData,
  type NumericDatatype,
  type TensorData,
} from '@murmuration/inference-client/tensors/datatype';
import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import type { Reader } from 'protobufjs';
import { eachField, lengthDelimited, readerOf } from './wire.ts';

/** Field of `InferTensorContents`. */
interface Field {
  readonly number: number;
  readonly name: string;
  /** Wire type of one unpacked element. */
  readonly wire: number;
  /** Minimum bytes of an element. */
  readonly least: number;
}

const fields = {
  bool: { number: 1, name: 'bool_contents', wire: 0, least: 1 },
  int: { number: 2, name: 'int_contents', wire: 0, least: 1 },
  int64: { number: 3, name: 'int64_contents', wire: 0, least: 1 },
  uint: { number: 4, name: 'uint_contents', wire: 0, least: 1 },
  uint64: { number: 5, name: 'uint64_contents', wire: 0, least: 1 },
  fp32: { number: 6, name: 'fp32_contents', wire: 5, least: 4 },
  fp64: { number: 7, name: 'fp64_contents', wire: 1, least: 8 },
  bytes: { number: 8, name: 'bytes_contents', wire: lengthDelimited, least: 1 },
} as const satisfies Record<string, Field>;

/** Field of the elements of each datatype; FP16 has none. */
const fieldOf: Readonly<Record<Exclude<Datatype, 'FP16'>, Field>> = {
  BOOL: fields.bool,
  UINT8: fields.uint,
  UINT16: fields.uint,
  UINT32: fields.uint,
  UINT64: fields.uint64,
  INT8: fields.int,
  INT16: fields.int,
  INT32: fields.int,
  INT64: fields.int64,
  FP32: fields.fp32,
  FP64: fields.fp64,
  BYTES: fields.bytes,
};
const all: readonly Field[] = Object.values(fields);

/**
 * Returns the `count` elements of a tensor from its `InferTensorContents`, which protobuf may split into
 * several parts. Throws `inference.input` for a wrong number of elements, for values outside the datatype,
 * and for elements in the field of another datatype, before it allocates more memory than was received.
 */
export function readContents(
  name: string,
  datatype: Datatype,
  count: number,
  parts: readonly Buffer[],
): TensorData {
  if (datatype === 'FP16')
    refuseInput(
      `The tensor "${name}" is FP16, for which there are no typed contents; send its bytes in raw_input_contents.`,
    );
  const field = fieldOf[datatype];
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  if (count * field.least > bytes)
    refuseInput(
      `The tensor "${name}" has ${bytes} bytes of contents, too few for the ${count} values of its shape.`,
    );
  const elements = new Elements(name, datatype, count);
  for (const part of parts)
    eachField(part, (number, wire, reader) => {
      if (number !== field.number) return refuseOther(name, datatype, number, wire, reader);
      if (wire === field.wire) elements.take(reader);
      else if (wire === lengthDelimited && datatype !== 'BYTES')
        elements.takePacked(readerOf(reader.bytes() as Buffer));
      else return false;
      return true;
    });
  return elements.data;
}

/** Skips other fields if they are empty or unknown, and refuses them otherwise. */
function refuseOther(
  name: string,
  datatype: Exclude<Datatype, 'FP16'>,
  number: number,
  wire: number,
  reader: Reader,
): boolean {
  const other = all.find(field => field.number === number);
  if (!other) return false;
  if (wire === lengthDelimited && reader.bytes().length === 0 && other !== fields.bytes) return true;
  return refuseInput(
    `The tensor "${name}" has ${other.name}; the values of ${datatype} are in ${fieldOf[datatype].name}.`,
  );
}

function refuseCount(name: string, count: number, found: string): never {
  refuseInput(`The tensor "${name}" has ${found} values; its shape has room for ${count}.`);
}

/** Reads one element. */
type Put = (reader: Reader, at: number) => void;

/** Elements of a tensor, read one after the other or many at once. */
class Elements {
  readonly #name: string;
  readonly #datatype: Exclude<Datatype, 'FP16'>;
  readonly #count: number;
  readonly #values: TensorData;
  readonly #put: Put;
  #at = 0;

  constructor(name: string, datatype: Exclude<Datatype, 'FP16'>, count: number) {
    this.#name = name;
    this.#datatype = datatype;
    this.#count = count;
    if (datatype === 'BYTES') {
      const strings: Uint8Array[] = [];
      this.#values = strings;
      this.#put = reader => strings.push(reader.bytes());
    } else {
      const numbers = kinds[datatype].make(count);
      this.#values = numbers;
      this.#put = putFor(name, datatype, numbers);
    }
  }

  get data(): TensorData {
    if (this.#at < this.#count) refuseCount(this.#name, this.#count, `${this.#at}`);
    return this.#values;
  }

  take(reader: Reader): void {
    if (this.#at === this.#count) refuseCount(this.#name, this.#count, 'more');
    this.#put(reader, this.#at);
    this.#at += 1;
  }

  takePacked(reader: Reader): void {
    if (this.#datatype !== 'FP32' && this.#datatype !== 'FP64') {
      while (reader.pos < reader.len) this.take(reader);
      return;
    }
    // Packed, they are the bytes of the array.
    const { size } = kinds[this.#datatype];
    const { buf, len } = reader;
    const count = len / size;
    if (!Number.isInteger(count))
      refuseInput(
        `The tensor "${this.#name}" has ${len} bytes of ${this.#datatype}, no multiple of ${size}.`,
      );
    if (count > this.#count - this.#at) refuseCount(this.#name, this.#count, 'more');
    new Uint8Array((this.#values as NumericData).buffer, this.#at * size, len).set(buf);
    this.#at += count;
  }
}

function putFor(name: string, datatype: NumericDatatype, values: NumericData): Put {
  switch (fieldOf[datatype as Exclude<NumericDatatype, 'FP16'>]) {
    case fields.bool:
      return (reader, at) => {
        values[at] = (reader.bool() ? 1 : 0) as never;
      };
    case fields.fp32:
      return (reader, at) => {
        values[at] = reader.float() as never;
      };
    case fields.fp64:
      return (reader, at) => {
        values[at] = reader.double() as never;
      };
    case fields.int64:
    case fields.uint64: {
      const halves = new Int32Array(values.buffer);
      return (reader, at) => {
        const { low, high } = reader.uint64();
        halves[2 * at] = low;
        halves[2 * at + 1] = high;
      };
    }
    default: {
      const isSigned = datatype.startsWith('I');
      return (reader, at) => {
        const value = isSigned ? reader.int32() : reader.uint32();
        values[at] = value as never;
        if (values[at] !== value)
          refuseInput(`The tensor "${name}" holds ${value}, which is no ${datatype}.`);
      };
    }
  }
}
