import { getKernel, type KernelConfig, registerKernel } from '../tf.ts';
import { conv2dFilterGradient } from './conv2d-filter-gradient.ts';
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise-gradients.ts';
import {
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGradient,
} from './sparse-softmax-cross-entropy.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

const kernels: readonly KernelConfig[] = [
  unsortedSegmentSum,
  conv2dFilterGradient,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  sparseSoftmaxCrossEntropy,
  sparseSoftmaxCrossEntropyGradient,
];

/** Registers the kernels that training needs and this version of tfjs-wasm lacks; those that it has stay as they are. */
export function registerKernels(): void {
  for (const kernel of kernels) {
    if (!getKernel(kernel.kernelName, kernel.backendName)) registerKernel(kernel);
  }
}
