import type { BundledModel } from '@murmuration/client-sdk/models/bundled-model';
import { downloadModel } from '@murmuration/client-sdk/models/download-model';
import { newestVersion } from '@murmuration/client-sdk/models/newest-version';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { bulkTransport } from '@murmuration/client-sdk/transport/bulk';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { parseTaskName } from '@murmuration/protocol/ids/ids';

const names = {
  json: 'app.first-model.json',
  weights: 'app.first-model.weights',
  ngrams: 'app.first-model.ngrams',
};

/**
 * Loads the first model: the task's newest one when the page was first opened, afterwards kept on the device,
 * so that there are suggestions before a round and without a connection. Asks the coordinator once; throws
 * `server.unreachable` while it does not answer.
 */
export function firstModel(coordinator: string, task: string, storage: Storage): () => Promise<BundledModel> {
  let read: Promise<BundledModel> | undefined;
  return () => {
    read ??= open().catch(error => {
      read = undefined;
      throw error;
    });
    return read;
  };

  async function open(): Promise<BundledModel> {
    const [json, weights] = [await storage.get(names.json), await storage.get(names.weights)];
    const ngrams = await storage.get(names.ngrams);
    if (json && weights) return { json, weights, ...(ngrams && { ngrams }) };
    const model = await download(coordinator, task);
    if (model.ngrams) await storage.put(names.ngrams, model.ngrams);
    else await storage.delete(names.ngrams);
    await storage.put(names.json, model.json);
    await storage.put(names.weights, model.weights);
    return model;
  }
}

async function download(coordinator: string, task: string): Promise<BundledModel> {
  const transport = bulkTransport(new URL(coordinator));
  const { signal } = new AbortController();
  const hash = await newestVersion(transport, parseTaskName(task), signal);
  if (!hash) throw new MurmurationError('server.unreachable', 'The coordinator has no model to begin with.');
  return downloadModel(hash, transport, signal);
}
