/**
 * Parts of TensorFlow.js that the engine needs: core, layers with the gradients, and the CPU backend, which
 * registers itself. The whole package `@tensorflow/tfjs` would add 240 MB.
 */
export * from '@tensorflow/tfjs-backend-cpu';
export * from '@tensorflow/tfjs-core';
// Methods of tensors, which chained.ts defines.
export type {} from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
export * from '@tensorflow/tfjs-layers';
