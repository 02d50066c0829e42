import type { BackendWasm } from '#tfjs-wasm';
import type { DataType, KernelConfig, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '../tfjs/tf.ts';

/** Arguments of a kernel of the WebAssembly backend. */
export interface WasmCall<Inputs, Attributes = unknown> {
  readonly inputs: Inputs;
  readonly attrs: Attributes;
  readonly backend: BackendWasm;
}

/** Wraps a kernel of the WebAssembly backend in the form that `tf.registerKernel` takes. */
export function wasmKernel<Inputs, Attributes>(
  kernelName: string,
  run: (call: WasmCall<Inputs, Attributes>) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) =>
      run({
        inputs: inputs as NamedTensorInfoMap & Inputs,
        attrs: attrs as NamedAttrMap & Attributes,
        backend: backend as BackendWasm,
      }),
  };
}

/**
 * Makes an output tensor on the backend's heap, with undefined contents. Make all outputs of a kernel before
 * taking the first view: the heap may move when it grows.
 */
export function allocate(
  backend: BackendWasm,
  shape: readonly number[],
  dtype: DataType = 'float32',
): TensorInfo {
  return backend.makeOutput([...shape], dtype);
}

/** Values of a float32 tensor in place on the heap; valid until the next allocation. */
export function floats(backend: BackendWasm, tensor: TensorInfo): Float32Array {
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

/** Values of an int32 tensor in place on the heap; valid until the next allocation. */
export function ints(backend: BackendWasm, tensor: TensorInfo): Int32Array {
  return backend.typedArrayFromHeap(tensor) as Int32Array;
}
