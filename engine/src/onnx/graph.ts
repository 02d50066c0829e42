import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { sizeOf } from '@murmuration/protocol/weights/layout';
import { float16Of } from '../models/half.ts';

/**
 * Format of a file's stored matrices; runtimes compute with float32 in each case. Biases and other vectors
 * stay float32.
 */
export type WeightFormat = 'float32' | 'float16' | 'int8';

/** Datatypes of ONNX that these files use. */
export type ElementType = 'float32' | 'float16' | 'int8' | 'int32' | 'int64';

/** Option of a node; ONNX distinguishes integers from floats by their type. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] };

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const floats = (value: readonly number[]): Attribute => ({ kind: 'floats', value });
export const string = (value: string): Attribute => ({ kind: 'string', value });
export const strings = (value: readonly string[]): Attribute => ({ kind: 'strings', value });

export interface GraphNode {
  readonly op: string;
  /** Names of tensors; an empty one stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface Constant {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian values. */
  readonly bytes: Uint8Array;
}

/** Matrix as the file stores it. */
export interface StoredMatrix {
  /** Name of the constant, in the format of the file. */
  readonly stored: string;
  readonly type: WeightFormat;
  /** Name of the scales along its axis, if it is int8. */
  readonly scales: string | undefined;
  /** Returns the name of the matrix as float32. */
  asFloat(): string;
}

/**
 * Collects nodes in the order in which they run, and the constants that they use. Equal calls give equal
 * names.
 */
export class Graph {
  readonly nodes: GraphNode[] = [];
  readonly constants: Constant[] = [];
  readonly #format: WeightFormat;
  readonly #taken = new Set<string>();
  readonly #matrices = new Map<string, StoredMatrix>();
  readonly #small = new Map<string, string>();

  constructor(format: WeightFormat) {
    this.#format = format;
  }

  /** Reserves a name that no other tensor has. */
  name(wanted: string): string {
    let name = wanted;
    for (let count = 1; this.#taken.has(name); count++) name = `${wanted}_${count}`;
    this.#taken.add(name);
    return name;
  }

  /** Adds a node; returns the name of its output number `output`. Earlier outputs are left out. */
  add(
    op: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    { wanted = op, output = 0 }: { readonly wanted?: string; readonly output?: number } = {},
  ): string {
    const name = this.name(wanted);
    const left = Array.from({ length: output }, () => '');
    this.nodes.push({ op, inputs, outputs: [...left, name], attributes });
    return name;
  }

  /** Adds integers, such as a shape; a number without a list is a scalar. */
  integers(values: readonly number[] | number): string {
    const list = typeof values === 'number' ? [values] : values;
    return this.#once(`int64 ${JSON.stringify(values)}`, () =>
      this.#put(
        'shape',
        'int64',
        typeof values === 'number' ? [] : [list.length],
        new Uint8Array(BigInt64Array.from(list, BigInt).buffer),
      ),
    );
  }

  /** Adds a float32 scalar. */
  scalar(value: number): string {
    return this.#once(`float ${value}`, () => this.vector('number', Float32Array.of(value), []));
  }

  /** Adds values that stay float32 in every format. */
  vector(wanted: string, values: Float32Array, shape: readonly number[] = [values.length]): string {
    return this.#put(wanted, 'float32', shape, bytesOf(values));
  }

  /**
   * Adds a matrix, or a stack of them, in the format of the file. In int8 each slice along `axis` has a scale
   * of its own. An equal `key` returns the existing constant.
   */
  matrix(key: string, values: Float32Array, shape: readonly number[], axis: number): StoredMatrix {
    const found = this.#matrices.get(key);
    if (found) return found;
    const made = this.#matrix(key, values, shape, axis);
    this.#matrices.set(key, made);
    return made;
  }

  #matrix(key: string, values: Float32Array, shape: readonly number[], axis: number): StoredMatrix {
    if (this.#format === 'float32') {
      const stored = this.vector(key, values, shape);
      return { stored, type: this.#format, scales: undefined, asFloat: () => stored };
    }
    if (this.#format === 'float16') {
      const halves = float16Of(values);
      const stored = this.#put(`${key}_float16`, 'float16', shape, bytesOf(halves));
      return {
        stored,
        type: this.#format,
        scales: undefined,
        asFloat: once(() => this.cast(stored, 'float32', key)),
      };
    }
    const { quantised, scales } = int8Of(values, shape, axis);
    const stored = this.#put(`${key}_int8`, 'int8', shape, bytesOf(quantised));
    const scale = this.vector(`${key}_scales`, scales);
    return {
      stored,
      type: this.#format,
      scales: scale,
      asFloat: once(() =>
        this.add('DequantizeLinear', [stored, scale], { axis: int(axis) }, { wanted: key }),
      ),
    };
  }

  cast(name: string, type: ElementType, wanted = 'Cast'): string {
    return this.add('Cast', [name], { to: int(elementTypes[type]) }, { wanted });
  }

  #once(key: string, make: () => string): string {
    const name = this.#small.get(key) ?? make();
    this.#small.set(key, name);
    return name;
  }

  #put(wanted: string, type: ElementType, shape: readonly number[], bytes: Uint8Array): string {
    const name = this.name(wanted);
    this.constants.push({ name, type, shape, bytes });
    return name;
  }
}

/** Numbers of `TensorProto.DataType` in onnx.proto. */
export const elementTypes: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
};

/**
 * Quantises to integers from -127 to 127 with one scale for each slice of `axis`: the largest magnitude of
 * the slice is 127 scales.
 */
function int8Of(
  values: Float32Array,
  shape: readonly number[],
  axis: number,
): { readonly quantised: Int8Array; readonly scales: Float32Array } {
  const slices = shape[axis] ?? 1;
  const inner = sizeOf(shape.slice(axis + 1));
  const scales = new Float32Array(slices);
  const sliceOf = (at: number) => Math.floor(at / inner) % slices;
  for (const [at, value] of values.entries()) {
    const slice = sliceOf(at);
    scales[slice] = Math.max(scales[slice] ?? 0, Math.abs(value));
  }
  if (!scales.every(Number.isFinite))
    throw new MurmurationError(
      'model.unusable',
      'The model has weights that are not finite, which int8 has no room for.',
    );
  // A slice of zeros works with any scale.
  for (const [slice, largest] of scales.entries()) scales[slice] = largest > 0 ? largest / 127 : 1;
  return {
    quantised: Int8Array.from(values, (value, at) => Math.round(value / (scales[sliceOf(at)] ?? 1))),
    scales,
  };
}

function bytesOf(values: Float32Array | Uint16Array | Int8Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
