import { startBackend } from '@murmuration/engine/backend/backend';
import { loadLayers } from '@murmuration/engine/runtime/layers-model';
import { layersContent, type Runtime } from './runtime.ts';

/**
 * Runtime for tfjs layers models: on the fused kernels if these know all layers of a model, else on the
 * fastest tfjs backend.
 */
export function layersRuntime(start: () => Promise<unknown> = startBackend): Runtime {
  let started: Promise<unknown> | undefined;
  return {
    name: 'tfjs-layers',
    loads: ({ platform }) => platform === 'tensorflowjs_layersmodel',
    async load(content) {
      const { files } = layersContent(content);
      started ??= start();
      await started;
      return loadLayers(files);
    },
    async close() {},
  };
}
