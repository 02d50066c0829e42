import { instantiate } from './instantiate.ts';
import { sumsBase64 } from './sums-binary.js';

/** A byte offset into the kernels' memory. */
type Address = number;

/** The kernels of coordinators; `protocol/assembly` says what each computes. */
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

/** Throws where WebAssembly has no SIMD or is forbidden. */
export const sumKernels = (memory: WebAssembly.Memory): SumKernels => instantiate(sumsBase64, memory);
