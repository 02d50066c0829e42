import { getKernel, type KernelConfig, registerKernel, unregisterKernel } from '../tf.ts';
import { conv2dFilterGradient } from './conv2d-filter-gradient.ts';
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise-gradients.ts';
import { identity } from './identity.ts';
import {
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGradient,
} from './sparse-softmax-cross-entropy.ts';
import { transposedProducts } from './transposed-products.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

const kernels: readonly KernelConfig[] = [
  unsortedSegmentSum,
  conv2dFilterGradient,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGradient,
];

let registered = false;

/**
 * Registers the kernels that training needs and this version of tfjs-wasm lacks, and those that it has but that are slow in
 * the backward pass. Does nothing when called again.
 */
export function registerKernels(): void {
  if (registered) return;
  registered = true;
  for (const kernel of kernels) {
    if (!getKernel(kernel.kernelName, kernel.backendName)) registerKernel(kernel);
  }
  for (const kernel of [identity, transposedProducts()]) {
    unregisterKernel(kernel.kernelName, kernel.backendName);
    registerKernel(kernel);
  }
}
