import { ByteReader, ByteWriter, equalBytes } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { bytes as byteString, text } from '@murmuration/protocol/messages/scalars';
import { contentHash, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { type SplitLayout, splitLayout, takePart, withPart } from '@murmuration/protocol/weights/shared-part';
import * as z from 'zod/mini';

/** The weights of private layers as they lie in the storage of their device. */
export interface KeptLayers {
  /** Names of the layers. */
  readonly layers: readonly string[];
  /** Hash of the layout of their tensors: names and shapes, 32 bytes. */
  readonly layoutHash: Uint8Array;
  /** In the order of that layout. */
  readonly values: Float32Array;
}

const header = z.strictObject({
  layers: z.array(text(256)),
  layoutHash: byteString(32),
  /** SHA-256 of the values, hexadecimal. */
  digest: text(64),
});

export function encodeKeptLayers({ layers, layoutHash, values }: KeptLayers): Uint8Array {
  const body = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const head = encodeFrame({ layers: [...layers], layoutHash, digest: contentHash(body) });
  return new ByteWriter(4 + head.length + body.length).u32(head.length).raw(head).raw(body).bytes;
}

/** Undefined for anything that is damaged. */
export function decodeKeptLayers(bytes: Uint8Array): KeptLayers | undefined {
  try {
    const reader = new ByteReader(bytes);
    const { digest, layers, layoutHash } = decodeFrame(reader.raw(reader.u32()), header);
    const body = new Uint8Array(reader.raw(reader.remaining));
    if (contentHash(body) !== digest) return undefined;
    return { layers, layoutHash, values: new Float32Array(body.buffer) };
  } catch {
    return undefined;
  }
}

/**
 * Private layers as training left them: `weights` before it, `delta` what it added, both with the values of the whole model. Throws
 * `training.failed` where training diverged.
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
  return { layers, layoutHash: split.private!.hash, values };
}

/** A version with what was kept in its private part; undefined where that has other tensors: other names or shapes. */
export function withOwn(model: ModelFiles, split: SplitLayout, kept: KeptLayers): ModelFiles | undefined {
  if (!split.private || !equalBytes(kept.layoutHash, split.private.hash)) return undefined;
  return { ...model, weights: withPart(model.weights, split, 'private', kept.values) };
}

/** A version with the device's own weights in its private layers; undefined where these are of other tensors. */
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
