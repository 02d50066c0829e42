import {
  BatchMatMul,
  type BatchMatMulAttrs,
  getKernel,
  type KernelConfig,
  type TensorInfo,
  Transpose,
} from '../tfjs/tf.ts';
import { type WasmCall, wasmKernel } from './heap.ts';

type Call = WasmCall<{ readonly a: TensorInfo; readonly b: TensorInfo }, BatchMatMulAttrs>;

/**
 * Matrix products for the backward pass. tfjs-wasm multiplies plain operands with XNNPACK, but transposed
 * ones, which all gradients of dense and recurrent layers need, in a naive loop that is more than ten times
 * slower. This kernel transposes first and leaves the product to the original kernel.
 */
export function transposedProducts(): KernelConfig {
  const plain = getKernel(BatchMatMul, 'wasm');
  const { kernelFunc } = wasmKernel(BatchMatMul, ({ inputs, attrs, backend }: Call) => {
    const a = attrs.transposeA ? transposed(inputs.a, backend) : inputs.a;
    const b = attrs.transposeB ? transposed(inputs.b, backend) : inputs.b;
    const product = plain.kernelFunc({
      inputs: { a, b },
      attrs: { transposeA: false, transposeB: false },
      backend,
    }) as TensorInfo;
    if (a !== inputs.a) backend.disposeData(a.dataId);
    if (b !== inputs.b) backend.disposeData(b.dataId);
    return product;
  });
  return { ...plain, kernelFunc };
}

/** Copies a tensor with the last two axes exchanged. */
function transposed(x: TensorInfo, backend: Call['backend']): TensorInfo {
  const perm = x.shape.map((_, axis) => axis);
  const last = perm.length - 1;
  [perm[last - 1], perm[last]] = [last, last - 1];
  return getKernel(Transpose, 'wasm').kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as TensorInfo;
}
