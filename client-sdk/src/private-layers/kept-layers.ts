import { ByteReader, ByteWriter, equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { bytes as byteString, text } from '@murmuration/protocol/messages/scalars';
import { growsInto, growWeights } from '@murmuration/protocol/weights/growth';
import { type Layout, layoutOf, type WeightSpec } from '@murmuration/protocol/weights/layout';
import { contentHash, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { type SplitLayout, splitLayout, takePart, withPart } from '@murmuration/protocol/weights/shared-part';
import * as z from 'zod/mini';

/** Stored weights of private layers. */
export interface KeptLayers {
  /** Names of the layers. */
  readonly layers: readonly string[];
  /** Hash of the layout of their tensors: names and shapes, 32 bytes. */
  readonly layoutHash: Uint8Array;
  /** Tensors of that layout; older versions of the SDK did not store them. */
  readonly tensors?: readonly WeightSpec[] | undefined;
  /** Values in the order of that layout. */
  readonly values: Float32Array;
}

const header = z.strictObject({
  layers: z.array(text(256)),
  layoutHash: byteString(32),
  tensors: z.optional(z.array(z.strictObject({ name: text(1_024), shape: z.array(z.int()) }))),
  /** SHA-256 of the values, hexadecimal. */
  digest: text(64),
});

export function encodeKeptLayers({ layers, layoutHash, tensors, values }: KeptLayers): Uint8Array {
  const body = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const head = encodeFrame({
    layers: [...layers],
    layoutHash,
    ...(tensors && { tensors: tensors.map(({ name, shape }) => ({ name, shape: [...shape] })) }),
    digest: contentHash(body),
  });
  return new ByteWriter(4 + head.length + body.length).u32(head.length).raw(head).raw(body).bytes;
}

/** Returns undefined for damaged bytes. */
export function decodeKeptLayers(bytes: Uint8Array): KeptLayers | undefined {
  try {
    const reader = new ByteReader(bytes);
    const { digest, ...kept } = decodeFrame(reader.raw(reader.u32()), header);
    const body = new Uint8Array(reader.raw(reader.remaining));
    if (contentHash(body) !== digest) return undefined;
    return { ...kept, values: new Float32Array(body.buffer) };
  } catch {
    return undefined;
  }
}

/**
 * Returns private layers after training: `weights` plus `delta`, both with the values of the whole model.
 * Throws `training.failed` if training diverged.
 */
export function trainedLayers(
  layers: readonly string[],
  split: SplitLayout,
  weights: Float32Array,
  delta: Float32Array,
): KeptLayers {
  const values = takePart(weights, split, 'private');
  const change = takePart(delta, split, 'private');
  for (let i = 0; i < values.length; i++) values[i] = values[i]! + change[i]!;
  if (!values.every(Number.isFinite))
    throw new MurmurationError(
      'training.failed',
      'Training diverged: the private layers are not finite. A lower learning rate helps.',
    );
  const { hash, tensors } = split.private!;
  return { layers, layoutHash: hash, tensors, values };
}

/**
 * Returns a version with the kept values in its private part, where each row for a new word is the mean of
 * the old ones (SPEC.md, VG9); undefined if its tensors have other names or shapes.
 */
export function withOwn(model: ModelFiles, split: SplitLayout, kept: KeptLayers): ModelFiles | undefined {
  const values = split.private && fitted(kept, split.private);
  return values ? { ...model, weights: withPart(model.weights, split, 'private', values) } : undefined;
}

function fitted({ layoutHash, tensors, values }: KeptLayers, wanted: Layout): Float32Array | undefined {
  if (equalBytes(layoutHash, wanted.hash)) return values;
  const before = tensors && layoutOf(tensors);
  if (!before || !equalBytes(before.hash, layoutHash) || !growsInto(before, wanted)) return undefined;
  return growWeights(values, before, wanted, Number.POSITIVE_INFINITY);
}

/**
 * Returns a version with the device's own weights in its private layers; undefined if their tensors differ.
 */
export function withKeptLayers(model: ModelFiles, kept: KeptLayers): ModelFiles | undefined {
  let split: SplitLayout;
  try {
    split = splitLayout(model.layout, kept.layers);
  } catch (error) {
    if (error instanceof MurmurationError) return undefined;
    throw error;
  }
  return withOwn(model, split, kept);
}
