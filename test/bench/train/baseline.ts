import '@murmuration/engine/backend/backend'; // registers tfjs' own kernels
import * as tf from '@murmuration/engine/tfjs/tf';

/** Kernels of tfjs-wasm that the engine replaces, as they are before it does. */
const originals = ['BatchMatMul', 'Identity'].map(name => tf.getKernel(name, 'wasm'));

/** Runs `work` on WebAssembly with tfjs' own kernels, and of the engine's only those that tfjs lacks. */
export function withOwnKernels<T>(work: () => T): T {
  const replaced = originals.map(({ kernelName }) => tf.getKernel(kernelName, 'wasm'));
  try {
    register(originals);
    return work();
  } finally {
    register(replaced);
  }
}

function register(kernels: readonly tf.KernelConfig[]): void {
  for (const kernel of kernels) {
    tf.unregisterKernel(kernel.kernelName, 'wasm');
    tf.registerKernel(kernel);
  }
}
