import type { GraphicsBackend } from './backend/browser-backends.ts';

/**
 * WebGL backend for the option `backends`. The app installs the package `@tensorflow/tfjs-backend-webgl`; it
 * loads when it is tried.
 */
export const webgl: GraphicsBackend = {
  name: 'webgl',
  load: () => import('@tensorflow/tfjs-backend-webgl'),
};
