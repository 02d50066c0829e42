import { Identity, type TensorInfo } from '../tfjs/tf.ts';
import { wasmKernel } from './heap.ts';

/**
 * Second tensor over the same values. tfjs-wasm copies them for every tensor that a gradient saves; they
 * never change, so a reference is enough, as on the CPU backend.
 */
export const identity = wasmKernel<{ readonly x: TensorInfo }, unknown>(
  Identity,
  ({ inputs: { x }, backend }) => {
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
);
