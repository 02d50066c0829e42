import { halfToNumber } from '@murmuration/protocol/tensors/half';
import { type Datatype, kinds, type NumericDatatype, type TensorData } from './datatype.ts';
import { dataFromJson } from './json-data.ts';
import { elementsOf, refuseInput, type Tensor } from './tensor.ts';

/** One value, or lists of values, or lists of those, and so on. */
export type Nested<Value> = Value | readonly Nested<Value>[];

/** Values of an app: a typed array, or lists of numbers, truth values or texts of any depth. */
export type Values = TensorData | Nested<number | bigint | boolean | string>;

export interface TensorOptions {
  /**
   * Datatype; by default that of a typed array, BYTES for texts, BOOL for truth values, INT64 for bigints,
   * and FP32 for other numbers.
   */
  readonly datatype?: Datatype;
  /** Shape; by default that of the nested lists, or the length of a typed array. */
  readonly shape?: readonly number[];
}

/**
 * Creates a tensor of an app's values. Throws `inference.input` for lists that are uneven, for a shape that
 * has room for another number of values, and for values that the datatype doesn't have.
 */
export function tensor(name: string, values: Values, { datatype, shape }: TensorOptions = {}): Tensor {
  const typed = typedData(values);
  if (typed) {
    const type = datatype ?? typed.datatype;
    if (type !== typed.datatype && !alias(type, typed.datatype))
      refuseInput(
        `The values of "${name}" are an array of ${typed.datatype}; they can't be sent as ${type}.`,
      );
    const lengths = shape ?? [typed.data.length];
    requireRoom(name, lengths, typed.data.length);
    return { name, datatype: type, shape: lengths, data: typed.data };
  }
  const nested = values as Nested<number | bigint | boolean | string>;
  const found = shapeOf(nested);
  const flat = Array.isArray(nested) ? nested.flat(16) : [nested];
  const type = datatype ?? datatypeOf(flat[0]);
  const lengths = shape ?? found;
  if (shape === undefined) requireRoom(name, lengths, flat.length);
  const isWide = type === 'INT64' || type === 'UINT64';
  const exact = flat.map(value => (typeof value === 'bigint' && !isWide ? Number(value) : value));
  const data = dataFromJson(name, type, elementsOf(name, lengths, Number.MAX_SAFE_INTEGER), exact);
  return { name, datatype: type, shape: lengths, data };
}

/** Elements as numbers, including half-precision ones and bigints. Throws `inference.input` for BYTES. */
export function numbersOf({ name, datatype, data }: Tensor): readonly number[] {
  if (datatype === 'BYTES') refuseInput(`The tensor "${name}" holds bytes; textsOf reads them.`);
  if (datatype === 'FP16') return Array.from(data as Uint16Array, halfToNumber);
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

/** Elements as texts, in UTF-8. Throws `inference.input` for any datatype except BYTES. */
export function textsOf({ name, datatype, data }: Tensor): readonly string[] {
  if (datatype !== 'BYTES') refuseInput(`The tensor "${name}" holds ${datatype}; numbersOf reads it.`);
  const decoder = new TextDecoder();
  return (data as readonly Uint8Array[]).map(bytes => decoder.decode(bytes));
}

function requireRoom(name: string, shape: readonly number[], count: number): void {
  const room = elementsOf(name, shape, Number.MAX_SAFE_INTEGER);
  if (room !== count)
    refuseInput(`"${name}" has ${count} values; its shape [${shape.join(', ')}] has room for ${room}.`);
}

/** Map from the class of an array to its datatype; of two datatypes with one class, the plain one. */
const byClass: ReadonlyMap<unknown, NumericDatatype> = new Map(
  (Object.keys(kinds) as NumericDatatype[])
    .filter(datatype => datatype !== 'BOOL' && datatype !== 'FP16')
    .map(datatype => [kinds[datatype].make(0).constructor, datatype]),
);

function typedData(values: Values): { readonly datatype: Datatype; readonly data: TensorData } | undefined {
  if (ArrayBuffer.isView(values)) {
    // A Buffer is a Uint8Array of another class.
    const datatype = byClass.get(values.constructor) ?? (values instanceof Uint8Array ? 'UINT8' : undefined);
    return datatype && { datatype, data: values as TensorData };
  }
  if (!Array.isArray(values) || values.length === 0) return undefined;
  const isBytes = (values as readonly unknown[]).every(value => value instanceof Uint8Array);
  return isBytes ? { datatype: 'BYTES', data: values as readonly Uint8Array[] } : undefined;
}

/** True if elements of `from` can be sent as `to` unchanged. */
function alias(to: Datatype, from: Datatype): boolean {
  return (to === 'BOOL' && from === 'UINT8') || (to === 'FP16' && from === 'UINT16');
}

function shapeOf(values: unknown): readonly number[] {
  if (!Array.isArray(values)) return [];
  const shape: number[] = [];
  for (let at: unknown = values; Array.isArray(at); at = at[0]) shape.push(at.length);
  return shape;
}

function datatypeOf(value: unknown): Datatype {
  if (typeof value === 'string') return 'BYTES';
  if (typeof value === 'boolean') return 'BOOL';
  return typeof value === 'bigint' ? 'INT64' : 'FP32';
}
