import type { BundledModel } from '@murmuration/client-sdk/model-cache';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { MurmurationError } from '@murmuration/protocol/errors';

const names = { json: 'app.first-model.json', weights: 'app.first-model.weights' };

/**
 * The model to begin with: the task's newest one when the page was first opened, from then on kept on the device, so that there are
 * suggestions before a round and without a connection. Asks the coordinator once; throws `server.unreachable` while it does not answer.
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
    if (json && weights) return { json, weights };
    const model = await download(coordinator, task);
    await storage.put(names.json, model.json);
    await storage.put(names.weights, model.weights);
    return model;
  }
}

async function download(coordinator: string, task: string): Promise<BundledModel> {
  const list = JSON.parse(
    new TextDecoder().decode(await bytesAt(`${coordinator}/v1/tasks/${task}/models?limit=1`)),
  );
  const url = new URL(list.models[0].url, coordinator);
  const json = await bytesAt(url);
  const { weightsManifest } = JSON.parse(new TextDecoder().decode(json));
  return { json, weights: await bytesAt(new URL(weightsManifest[0].paths[0], url)) };
}

async function bytesAt(url: string | URL): Promise<Uint8Array> {
  const response = await fetch(url).catch(cause => {
    throw new MurmurationError('server.unreachable', undefined, { cause });
  });
  if (!response.ok)
    throw new MurmurationError('server.unreachable', `${url} answers HTTP ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}
