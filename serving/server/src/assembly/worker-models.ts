import type { IncomingMessage, ServerResponse } from 'node:http';
import { useKernels } from '@murmuration/engine/fused/web-assembly';
import { setBackend } from '@murmuration/engine/tfjs/tf';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { layersRuntime } from '../runtime/layers.ts';
import { folderModels } from '../source/folder.ts';
import { type FetchOptions, fetchModels } from './fetch-models.ts';

/** Models that are served within a Worker of Cloudflare, or of what runs Workers as it does. */
export interface WorkerModels {
  /** For `createServer` of `node:http`, whose requests a Worker hands in by `handleAsNodeRequest` of `cloudflare:node`. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface WorkerOptions extends Pick<FetchOptions, 'settings' | 'transformers'> {
  /** `@murmuration/engine/kernels.wasm`, which the bundler brings as a module: a Worker compiles no bytes. */
  readonly kernels: WebAssembly.Module;
  /** The folder of models, as `folderModels` takes it, among the modules of the Worker; by default `/bundle/models`. */
  readonly folder?: string;
}

/**
 * A request's time is the platform's to limit, and a timer ends with the request that set it: nothing is called later. What stands in a
 * folder of modules never changes either.
 */
const clock: Clock = { now: () => systemClock.now(), at: () => () => {} };

/**
 * Serves layers models as `fetchModels` does: one request at a time, on the fused kernels where these know all layers of a model, else on plain
 * JavaScript. To be awaited while the Worker starts, since only then it may compile routes. Throws as `fetchModels`, and `config.invalid` where
 * there is no such folder.
 */
export async function workerModels({
  kernels,
  folder = '/bundle/models',
  ...options
}: WorkerOptions): Promise<WorkerModels> {
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
