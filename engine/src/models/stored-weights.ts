import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { parseJson } from '@murmuration/protocol/encoding/json';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { whyUnfit } from '@murmuration/protocol/errors/misfits';
import { type Layout, layoutOf, sizeOf } from '@murmuration/protocol/weights/layout';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import * as z from 'zod/mini';
import { float16Of } from './half.ts';
import type { ModelParts } from './model.ts';
import { type Quantized, readAllTensors } from './stored-tensors.ts';

/** Format of a model's stored matrices; computation uses float32. */
export type StoredWeights = 'float32' | 'float16' | 'int8';

/** Layers model in the two files that `tf.loadLayersModel` reads. */
export interface StoredModel {
  readonly json: Uint8Array;
  /** Name of the weight file: the SHA-256 of its bytes in hexadecimal, and `.bin`. */
  readonly name: string;
  readonly weights: Uint8Array;
}

const quantization = z.union([
  z.object({ dtype: z.enum(['uint8', 'uint16']), scale: z.number(), min: z.number() }),
  z.object({ dtype: z.literal('float16') }),
]);

/** Tensor of weights as a `model.json` describes it. */
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

/** Weights in fewer bytes, and the tensors needed to read them. */
interface SmallerForm {
  readonly tensors: readonly StoredTensor[];
  readonly bytes: Uint8Array;
}

/**
 * Stores weights smaller: float16 halves them, int8 makes them a quarter, in the quantised formats of
 * TensorFlow.js. Vectors such as biases stay float32. In int8 each matrix has one scale and one zero point,
 * and zero stays zero.
 */
export function storeWeights(layout: Layout, weights: Float32Array, as: StoredWeights): SmallerForm {
  const parts: Uint8Array[] = [];
  let at = 0;
  const tensors = layout.tensors.map(({ name, shape }) => {
    const values = weights.subarray(at, at + sizeOf(shape));
    at += values.length;
    const spec = { name, shape: [...shape], dtype: 'float32' as const };
    const { bytes, quantization } = tensorAs(values, shape.length < 2 ? 'float32' : as);
    parts.push(bytes);
    return quantization ? { ...spec, quantization } : spec;
  });
  return { tensors, bytes: joined(parts) };
}

/** Stores a model with its weights as `storeWeights` does. */
export function storeModel({ topology, layout, weights }: ModelParts, as: StoredWeights): StoredModel {
  const { tensors: specs, bytes: whole } = storeWeights(layout, weights, as);
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

/** Reads the files of `storeModel`. Throws `model.corrupt` for other files. */
export function readStoredModel(json: Uint8Array, stored: Uint8Array): ModelParts {
  const value = parseJson(json);
  const parsed = z.safeParse(manifest, value, { jitless: true });
  if (!parsed.success)
    throw new MurmurationError('model.corrupt', whyUnfit(manifest, value, 'The model.json'));
  const { modelTopology: topology, weightsManifest } = parsed.data;
  const tensors = weightsManifest[0].weights;
  return { topology, layout: layoutOf(tensors), weights: readAllTensors(tensors, stored) };
}

function tensorAs(
  values: Float32Array,
  as: StoredWeights,
): { readonly bytes: Uint8Array; readonly quantization?: Quantized } {
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
  // A plain loop: a function call for each of millions of values takes a second.
  const bytes = new Uint8Array(values.length);
  for (let at = 0; at < values.length; at++)
    bytes[at] = Math.max(0, Math.min(255, Math.round(values[at]! / scale) + zero));
  return { bytes, quantization: { dtype: 'uint8', scale, min: -zero * scale } };
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
