import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { halfToNumber } from '@murmuration/protocol/tensors/half';
import type { Layout } from '@murmuration/protocol/weights/layout';

/** TensorFlow.js' description of a tensor stored smaller than float32. */
export type Quantized =
  | { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number }
  | { readonly dtype: 'float16' };

/** Shape and storage of a tensor of weights. */
export interface StoredShape {
  readonly shape: readonly number[];
  readonly quantization?: Quantized | undefined;
}

/**
 * Number of values of a tensor. The function of layouts has imports that would enlarge a page that loads this
 * file lazily.
 */
const sizeOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** Bytes of these tensors, stored one after the other without gaps. */
export function storedSize(tensors: readonly StoredShape[]): number {
  return tensors.reduce((sum, { shape, quantization }) => sum + sizeOf(shape) * widthOf(quantization), 0);
}

/**
 * Values of these tensors, one after the other; `stored` must have exactly their bytes. If none is quantised,
 * they are a view of `stored`, if its alignment allows.
 */
export function readTensors(tensors: readonly StoredShape[], stored: Uint8Array): Float32Array {
  if (stored.byteOffset % 4 === 0 && tensors.every(({ quantization }) => !quantization))
    return new Float32Array(stored.buffer, stored.byteOffset, stored.length / 4);
  const values = new Float32Array(tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  let from = 0;
  let to = 0;
  for (const { shape, quantization } of tensors) {
    const count = sizeOf(shape);
    const bytes = stored.slice(from, from + count * widthOf(quantization));
    readTensor(bytes, quantization, values.subarray(to, to + count));
    from += bytes.length;
    to += count;
  }
  return values;
}

/** Values of these tensors. Throws `model.corrupt` if `stored` does not have exactly their bytes. */
export function readAllTensors(tensors: readonly StoredShape[], stored: Uint8Array): Float32Array {
  const size = storedSize(tensors);
  if (stored.length !== size)
    refuse(`The weights have ${stored.length} bytes; the model.json describes ${size}.`);
  return readTensors(tensors, stored);
}

/**
 * Checks a `model.json`'s description of the smaller form of its weights, `described`, against the tensors of
 * its layout. Throws `model.corrupt` for other tensors, and for unknown quantisations. Checks by hand,
 * without a schema library: pages that load it must stay small.
 */
export function smallerTensors({ tensors }: Layout, described: readonly unknown[]): readonly StoredShape[] {
  if (described.length !== tensors.length) refuse('The smaller weights have other tensors than the model.');
  return tensors.map(({ name, shape }, at) => {
    const { quantization, ...own } = (described[at] ?? {}) as Partial<StoredShape> & {
      readonly name?: unknown;
    };
    if (own.name !== name || JSON.stringify(own.shape) !== JSON.stringify(shape))
      refuse(`The smaller weights have no ${name}.`);
    if (quantization !== undefined && !isQuantization(quantization))
      refuse(`The smaller ${name} is stored in an unknown way.`);
    return { shape, quantization };
  });
}

function isQuantization(given: unknown): given is Quantized {
  const { dtype, scale, min } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (dtype === 'float16') return true;
  return (dtype === 'uint8' || dtype === 'uint16') && Number.isFinite(scale) && Number.isFinite(min);
}

/** @param bytes begin where their buffer does. */
function readTensor(bytes: Uint8Array, quantization: Quantized | undefined, values: Float32Array): void {
  if (!quantization) values.set(new Float32Array(bytes.buffer));
  else if (quantization.dtype === 'float16') {
    const halves = new Uint16Array(bytes.buffer);
    for (let at = 0; at < halves.length; at++) values[at] = halfToNumber(halves[at]!);
  } else {
    const { dtype, scale, min } = quantization;
    const steps = dtype === 'uint8' ? bytes : new Uint16Array(bytes.buffer);
    for (let at = 0; at < steps.length; at++) values[at] = steps[at]! * scale + min;
  }
}

/** Bytes of one stored value. */
function widthOf(quantization: Quantized | undefined): number {
  return quantization ? { uint8: 1, uint16: 2, float16: 2 }[quantization.dtype] : 4;
}

function refuse(detail: string): never {
  throw new MurmurationError('model.corrupt', detail);
}
