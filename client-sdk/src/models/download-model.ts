import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Transport } from '../transport/transport.ts';
import type { BundledModel } from './bundled-model.ts';

/** Gets a version from the coordinator, with its n-grams where it has any; whether its weights are whole says who decodes them. Throws `model.*` and `server.*`. */
export async function downloadModel(
  hash: ModelHash,
  transport: Pick<Transport, 'download'>,
  signal: AbortSignal,
): Promise<BundledModel> {
  // Few apps have a use for it, and bundlers would have all pages load what it needs.
  const { downloadManifest, downloadNgrams, downloadWeights } = await import('./download.ts');
  const manifested = await downloadManifest(hash, transport, signal);
  const weights = await downloadWeights(manifested, transport, signal);
  const ngrams = manifested.manifest.ngrams && (await downloadNgrams(manifested, transport, signal));
  return { json: manifested.json, weights, ...(ngrams && { ngrams }) };
}
