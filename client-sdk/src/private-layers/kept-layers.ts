import { ByteReader, ByteWriter, equalBytes } from '@murmuration/protocol/bytes';
import { decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { bytes as byteString, text } from '@murmuration/protocol/messages/scalars';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import type { SplitLayout } from '@murmuration/protocol/weights/shared-part';
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
    const body = reader.raw(reader.remaining).slice();
    if (contentHash(body) !== digest) return undefined;
    return { layers, layoutHash, values: new Float32Array(body.buffer) };
  } catch {
    return undefined;
  }
}

/** Whether what was kept has the tensors of the private part of a model: the same names and shapes. */
export function fits({ layoutHash }: KeptLayers, split: SplitLayout): boolean {
  return split.private !== null && equalBytes(layoutHash, split.private.hash);
}
