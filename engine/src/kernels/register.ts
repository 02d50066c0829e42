import { getKernel, type KernelConfig, registerKernel } from '../tf.ts';
import { unsortedSegmentSum } from './unsorted-segment-sum.ts';

const kernels: readonly KernelConfig[] = [unsortedSegmentSum];

/** Registers the kernels that training needs and this version of tfjs-wasm lacks; those that it has stay as they are. */
export function registerKernels(): void {
  for (const kernel of kernels) {
    if (!getKernel(kernel.kernelName, kernel.backendName)) registerKernel(kernel);
  }
}
