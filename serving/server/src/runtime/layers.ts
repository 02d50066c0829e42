import { startBackend } from '@murmuration/engine/backend/backend';
import { loadLayers } from '@murmuration/engine/runtime/layers-model';
import { layersContent, type Runtime } from './runtime.ts';

/** Layers models of tfjs: on the fused kernels where these know all layers of a model, else on the fastest backend of tfjs. */
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
