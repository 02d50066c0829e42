/**
 * The parts of TensorFlow.js that the engine needs: core, layers with the gradients, and the CPU backend, which registers itself. The
 * whole package `@tensorflow/tfjs` would bring 240 MB more. An app that has that one too shares these parts with it.
 */
// The methods of tensors, which chained.ts defines.

// biome-ignore-start lint/performance/noBarrelFile: bundlers see the library through this file, and Node through node.ts.
export * from '@tensorflow/tfjs-backend-cpu';
export * from '@tensorflow/tfjs-core';
export type {} from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
export * from '@tensorflow/tfjs-layers';
// biome-ignore-end lint/performance/noBarrelFile: see above.
