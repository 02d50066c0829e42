import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Transport } from '../transport/transport.ts';
import type { BundledModel } from './bundled-model.ts';

/** Gets a version from the coordinator; whether its weights are whole says who decodes them. Throws `model.*` and `server.*`. */
export async function downloadModel(
  hash: ModelHash,
  transport: Pick<Transport, 'download'>,
  signal: AbortSignal,
): Promise<BundledModel> {
  // Few apps have a use for it, and bundlers would have all pages load what it needs.
  const { downloadManifest, downloadWeights } = await import('./download.ts');
  const manifested = await downloadManifest(hash, transport, signal);
  return { json: manifested.json, weights: await downloadWeights(manifested, transport, signal) };
}
