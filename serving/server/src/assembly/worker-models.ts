import type { IncomingMessage, ServerResponse } from 'node:http';
import { useKernels } from '@murmuration/engine/fused/web-assembly';
import { setBackend } from '@murmuration/engine/tfjs/tf';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { layersRuntime } from '../runtime/layers.ts';
import { folderModels } from '../source/folder.ts';
import { type FetchOptions, fetchModels } from './fetch-models.ts';

/** Models that are served within a Cloudflare Worker, or on a compatible platform. */
export interface WorkerModels {
  /**
   * Listener for `createServer` of `node:http`; a Worker hands in requests by `handleAsNodeRequest` of
   * `cloudflare:node`.
   */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface WorkerModelsOptions extends Pick<FetchOptions, 'settings' | 'transformers'> {
  /** Module of `@murmuration/engine/kernels.wasm`, from the bundler: a Worker compiles no bytes. */
  readonly kernels: WebAssembly.Module;
  /**
   * Folder of models, as for `folderModels`, among the modules of the Worker; by default `/bundle/models`.
   */
  readonly folder?: string;
}

/**
 * Clock without timers: the platform limits a request's time, and a timer ends with its request. A folder of
 * modules never changes either.
 */
const clock: Clock = { now: () => systemClock.now(), at: () => () => {} };

/**
 * Serves layers models as `fetchModels` does: one request at a time, on the fused kernels if they know all
 * layers of a model, else in plain JavaScript. Await it while the Worker starts: only then may it compile
 * routes. Throws as `fetchModels`, and `config.invalid` if there is no such folder.
 */
export async function workerModels({
  kernels,
  folder = '/bundle/models',
  ...options
}: WorkerModelsOptions): Promise<WorkerModels> {
  useKernels(kernels);
  const { app, preloaded } = await fetchModels({
    ...options,
    source: await folderModels(folder, clock),
    clock,
    runtimes: [layersRuntime(() => setBackend('cpu'))],
  });
  await app.ready();
  await preloaded;
  return { listener: (request, response) => app.routing(request, response) };
}
