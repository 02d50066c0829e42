import type { Datatype, TensorData } from '@murmuration/protocol/tensors/tensor';

export type { Datatype, TensorData };

/** Typed array that holds the elements of any datatype except BYTES. */
export type NumericData = Exclude<TensorData, readonly Uint8Array[]>;

interface Kind {
  /** Bytes of one element. */
  readonly size: number;
  /** Creates an array of zeros. */
  readonly make: (count: number) => NumericData;
  /** Views the elements in bytes that begin on a multiple of `size`. */
  readonly view: (buffer: ArrayBuffer, offset: number, count: number) => NumericData;
}

/** Datatypes except BYTES, whose elements have any length. */
export type NumericDatatype = Exclude<Datatype, 'BYTES'>;

const kind = (
  type: (new (
    count: number,
  ) => NumericData) &
    (new (
      buffer: ArrayBuffer,
      offset: number,
      count: number,
    ) => NumericData) & {
      readonly BYTES_PER_ELEMENT: number;
    },
): Kind => ({
  size: type.BYTES_PER_ELEMENT,
  make: count => new type(count),
  view: (buffer, offset, count) => new type(buffer, offset, count),
});

export const kinds: Readonly<Record<NumericDatatype, Kind>> = {
  BOOL: kind(Uint8Array),
  UINT8: kind(Uint8Array),
  UINT16: kind(Uint16Array),
  UINT32: kind(Uint32Array),
  UINT64: kind(BigUint64Array),
  INT8: kind(Int8Array),
  INT16: kind(Int16Array),
  INT32: kind(Int32Array),
  INT64: kind(BigInt64Array),
  FP16: kind(Uint16Array),
  FP32: kind(Float32Array),
  FP64: kind(Float64Array),
};

export const datatypes: readonly Datatype[] = [...(Object.keys(kinds) as NumericDatatype[]), 'BYTES'];

/** Smallest and largest value of each integer datatype. */
export const ranges: Readonly<Partial<Record<Datatype, readonly [least: bigint, most: bigint]>>> = {
  UINT8: unsigned(8n),
  UINT16: unsigned(16n),
  UINT32: unsigned(32n),
  UINT64: unsigned(64n),
  INT8: signed(8n),
  INT16: signed(16n),
  INT32: signed(32n),
  INT64: signed(64n),
};

export function isDatatype(text: unknown): text is Datatype {
  return text === 'BYTES' || (typeof text === 'string' && Object.hasOwn(kinds, text));
}

function unsigned(bits: bigint): readonly [bigint, bigint] {
  return [0n, 2n ** bits - 1n];
}

function signed(bits: bigint): readonly [bigint, bigint] {
  return [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
}
