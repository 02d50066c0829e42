import { instantiate } from './instantiate.ts';
import { sumsBase64 } from './sums-binary.js';

/** Byte offset into the kernels' memory. */
type Address = number;

/** Kernels of coordinators, described in `protocol/assembly`. */
export interface SumKernels {
  // biome-ignore format: numbers, then memory
  addPacked(
    count: number, width: number, half: number,
    from: Address, sum: Address, scratch: Address,
  ): number;
  subtractPacked(count: number, width: number, from: Address, sum: Address, scratch: Address): void;
  squares(count: number, x: Address): number;
  multiplyAdd(count: number, sum: Address, x: Address, weight: number): void;
}

/** Throws if WebAssembly has no SIMD or is forbidden. */
export const sumKernels = (memory: WebAssembly.Memory): SumKernels => instantiate(sumsBase64, memory);
