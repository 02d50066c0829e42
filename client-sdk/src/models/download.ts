import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { type Manifest, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { Transport } from '../transport/transport.ts';

/** Bytes of the longest `model.json`. */
const maxJsonLength = 4 << 20;

/** Version whose `model.json` is here, without its weights. */
export interface Manifested {
  readonly hash: ModelHash;
  readonly json: Uint8Array;
  readonly manifest: Manifest;
}

export async function downloadManifest(
  hash: ModelHash,
  transport: Pick<Transport, 'download'>,
  signal: AbortSignal,
): Promise<Manifested> {
  const json = await transport.download(modelPath(hash), maxJsonLength, signal);
  return { hash, json, manifest: parseModelJson(hash, json) };
}

/** Downloads the n-grams of a version; the caller checks their hash. */
export function downloadNgrams(
  { hash, manifest }: Pick<Manifested, 'hash'> & { readonly manifest: Pick<Manifest, 'ngrams'> },
  transport: Pick<Transport, 'download'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { hash: file, bytes } = manifest.ngrams!;
  return transport.download(modelPath(hash).replace('model.json', `${file}.bin`), bytes, signal);
}

/** Downloads a weight file; `file` is its hash, by default that of all weights. */
export function downloadWeights(
  { hash, manifest: { weightsHash, layout } }: Manifested,
  transport: Pick<Transport, 'download'>,
  signal: AbortSignal,
  file = weightsHash,
): Promise<Uint8Array> {
  const path = modelPath(hash).replace('model.json', `${file}.bin`);
  return transport.download(path, 4 * layout.count, signal);
}
