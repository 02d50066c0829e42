/**
 * Parts of TensorFlow.js that the engine needs: core, layers with the gradients, and the CPU backend, which
 * registers itself. The whole package `@tensorflow/tfjs` would add 240 MB. An app that also has that package
 * shares these parts with it.
 */
// Types of the methods of tensors, which chained.ts defines.

// biome-ignore-start lint/performance/noBarrelFile: bundlers load the library by this file, Node by node.ts.
export * from '@tensorflow/tfjs-backend-cpu';
export * from '@tensorflow/tfjs-core';
export type {} from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
export * from '@tensorflow/tfjs-layers';
// biome-ignore-end lint/performance/noBarrelFile: see above.
