import { getKernel, type KernelConfig, registerKernel, unregisterKernel } from '../tfjs/tf.ts';
import { conv2dFilterGradient } from './conv2d-filter-gradient.ts';
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise-gradients.ts';
import { identity } from './identity.ts';
import {
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGradient,
} from './sparse-softmax-cross-entropy.ts';
import { transposedProducts } from './transposed-products.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

const missing: readonly KernelConfig[] = [
  unsortedSegmentSum,
  conv2dFilterGradient,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGradient,
];

let registered = false;

/**
 * Registers the kernels that training needs and this version of tfjs-wasm lacks, and replaces those that make
 * the backward pass slow. Does nothing when called again.
 */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  for (const kernel of missing) {
    if (!getKernel(kernel.kernelName, kernel.backendName)) registerKernel(kernel);
  }
  for (const kernel of [identity, transposedProducts()]) {
    unregisterKernel(kernel.kernelName, kernel.backendName);
    registerKernel(kernel);
  }
}
