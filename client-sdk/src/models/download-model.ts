import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Transport } from '../transport/transport.ts';
import type { BundledModel } from './bundled-model.ts';

/**
 * Downloads a version, with its n-grams if it has any, and without checking its weights: the function that
 * decodes them does. Throws `model.*` and `server.*`.
 */
export async function downloadModel(
  hash: ModelHash,
  transport: Pick<Transport, 'download'>,
  signal: AbortSignal,
): Promise<BundledModel> {
  // Loaded on demand: few apps use it, and bundlers would have all pages load its code.
  const { downloadManifest, downloadNgrams, downloadWeights } = await import('./download.ts');
  const manifested = await downloadManifest(hash, transport, signal);
  const weights = await downloadWeights(manifested, transport, signal);
  const ngrams = manifested.manifest.ngrams && (await downloadNgrams(manifested, transport, signal));
  return { json: manifested.json, weights, ...(ngrams && { ngrams }) };
}
