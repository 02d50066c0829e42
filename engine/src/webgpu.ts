import type { GraphicsBackend } from './backend/browser-backends.ts';

/**
 * WebGPU backend for the option `backends`. The app installs the package `@tensorflow/tfjs-backend-webgpu`;
 * it is large, so only a browser that offers an adapter loads it.
 */
export const webgpu: GraphicsBackend = {
  name: 'webgpu',
  async load() {
    const { gpu } = globalThis.navigator as { gpu?: { requestAdapter(): Promise<unknown> } };
    if (await gpu?.requestAdapter()) await import('@tensorflow/tfjs-backend-webgpu');
  },
};
