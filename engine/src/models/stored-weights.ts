import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { halfToNumber } from '@murmuration/protocol/tensors/half';
import { layoutOf, sizeOf } from '@murmuration/protocol/weights/layout';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import * as z from 'zod/mini';
import { float16Of } from './half.ts';
import type { ModelParts } from './model.ts';

/** How the matrices of a model are stored; what runs it computes with float32. */
export type StoredWeights = 'float32' | 'float16' | 'int8';

/** A layers model in the two files that `tf.loadLayersModel` reads. */
export interface StoredModel {
  readonly json: Uint8Array;
  /** Name of the weight file: the SHA-256 of its bytes in hexadecimal, and `.bin`. */
  readonly name: string;
  readonly weights: Uint8Array;
}

/** How TensorFlow.js says that a tensor is stored smaller than float32. */
const quantization = z.union([
  z.object({ dtype: z.enum(['uint8', 'uint16']), scale: z.number(), min: z.number() }),
  z.object({ dtype: z.literal('float16') }),
]);
type Quantization = z.output<typeof quantization>;

/** A tensor of weights as a `model.json` describes it. */
export const storedTensor = z.object({
  name: z.string().check(z.maxLength(512)),
  shape: z.array(z.int().check(z.positive())).check(z.maxLength(8)),
  dtype: z.literal('float32', 'expected float32'),
  quantization: z.optional(quantization),
});
export type StoredTensor = z.output<typeof storedTensor>;

const manifest = z.object({
  format: z.literal('layers-model'),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.tuple([z.object({ paths: z.tuple([z.string()]), weights: z.array(storedTensor) })]),
});

/**
 * Stores a model smaller: float16 halves it, int8 makes it a quarter, in the quantised formats of TensorFlow.js. Vectors such as biases stay
 * float32. In int8 each matrix has one scale and one zero, and zero stays zero.
 */
export function storeModel({ topology, layout, weights }: ModelParts, as: StoredWeights): StoredModel {
  const parts: Uint8Array[] = [];
  let at = 0;
  const specs = layout.tensors.map(({ name, shape }) => {
    const values = weights.subarray(at, at + sizeOf(shape));
    at += values.length;
    const spec = { name, shape, dtype: 'float32' };
    const { bytes, quantization } = tensorAs(values, shape.length < 2 ? 'float32' : as);
    parts.push(bytes);
    return quantization ? { ...spec, quantization } : spec;
  });
  const whole = joined(parts);
  const name = `${contentHash(whole)}.bin`;
  const json = utf8(
    JSON.stringify({
      format: 'layers-model',
      generatedBy: 'Murmuration',
      convertedBy: null,
      modelTopology: topology,
      weightsManifest: [{ paths: [name], weights: specs }],
    }),
  );
  return { json, name, weights: whole };
}

/** Reads what `storeModel` wrote. Throws `model.corrupt` where the files are not those of such a model. */
export function readStoredModel(json: Uint8Array, stored: Uint8Array): ModelParts {
  const parsed = z.safeParse(manifest, parseJson(json), { jitless: true });
  if (!parsed.success)
    throw new MurmurationError(
      'model.corrupt',
      `The model.json is not valid: ${parsed.error.issues[0]?.message}`,
    );
  const { modelTopology: topology, weightsManifest } = parsed.data;
  const tensors = weightsManifest[0].weights;
  const layout = layoutOf(tensors);
  const size = storedSize(tensors);
  if (stored.length !== size)
    throw new MurmurationError(
      'model.corrupt',
      `The weights have ${stored.length} bytes; the model.json describes ${size}.`,
    );
  return { topology, layout, weights: readTensors(tensors, stored) };
}

/** Bytes of these tensors, which follow one another without gaps. */
export function storedSize(tensors: readonly StoredTensor[]): number {
  return tensors.reduce((sum, { shape, quantization }) => sum + sizeOf(shape) * widthOf(quantization), 0);
}

/**
 * The values of these tensors, one after the other; `stored` has as many bytes as they take. Where none is quantised, they are a view of
 * `stored`, if its alignment allows.
 */
export function readTensors(tensors: readonly StoredTensor[], stored: Uint8Array): Float32Array {
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

function tensorAs(
  values: Float32Array,
  as: StoredWeights,
): { readonly bytes: Uint8Array; readonly quantization?: Quantization } {
  if (as === 'float32') return { bytes: bytesOf(values) };
  if (as === 'float16') return { bytes: bytesOf(float16Of(values)), quantization: { dtype: 'float16' } };
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = (high - low) / 255 || 1;
  const zero = Math.round(-low / scale);
  const bytes = Uint8Array.from(values, value =>
    Math.max(0, Math.min(255, Math.round(value / scale) + zero)),
  );
  return { bytes, quantization: { dtype: 'uint8', scale, min: -zero * scale } };
}

/** `bytes` begin where their array does. */
function readTensor(bytes: Uint8Array, quantization: Quantization | undefined, values: Float32Array): void {
  if (!quantization) values.set(new Float32Array(bytes.buffer));
  else if (quantization.dtype === 'float16') {
    for (const [at, half] of new Uint16Array(bytes.buffer).entries()) values[at] = halfToNumber(half);
  } else {
    const { dtype, scale, min } = quantization;
    const steps = dtype === 'uint8' ? bytes : new Uint16Array(bytes.buffer);
    for (const [at, step] of steps.entries()) values[at] = step * scale + min;
  }
}

/** Bytes of one stored value. */
function widthOf(quantization: Quantization | undefined): number {
  return quantization ? { uint8: 1, uint16: 2, float16: 2 }[quantization.dtype] : 4;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
