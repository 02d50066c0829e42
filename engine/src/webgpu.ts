import type { GraphicsBackend } from './backend/browser-backends.ts';

/** WebGPU backend for the option `backends`. Only a browser that offers an adapter loads it. */
export const webgpu: GraphicsBackend = {
  name: 'webgpu',
  async load() {
    const { gpu } = globalThis.navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
    if (await gpu?.requestAdapter()) await import('./tensorflow/webgpu.js');
  },
};
