import { instantiate } from './instantiate.ts';
import { masksBase64 } from './masks-binary.js';

/** Byte offset into the kernels' memory. */
type Address = number;

/** Kernels of devices, described in `protocol/assembly`. Vectors have 32-bit words. */
export interface MaskKernels {
  expand(key: Address, counter: number, target: Address, blocks: number): void;
  addWords(target: Address, end: Address, from: Address, bytes: number, sign: number): void;
  pack(count: number, width: number, from: Address, to: Address): void;
}

/** Throws if WebAssembly has no SIMD or is forbidden. */
export const maskKernels = (memory: WebAssembly.Memory): MaskKernels => instantiate(masksBase64, memory);
