import type { GraphicsBackend } from './backend/browser-backends.ts';

/** WebGL backend for the option `backends`. It loads when it is tried. */
export const webgl: GraphicsBackend = {
  name: 'webgl',
  load: () => import('./tensorflow/webgl.js'),
};
