import { instantiate } from './instantiate.ts';
import { updatesBase64 } from './updates-binary.js';

/** Byte offset into the kernels' memory. */
type Address = number;

/** Kernels of updates, described in `protocol/assembly`. */
export interface UpdateKernels {
  transform(count: number, x: Address): void;
  butterflies(count: number, x: Address, half: number): void;
  scaleSigned(count: number, x: Address, signs: Address, factor: number): void;
  // biome-ignore format: what is rounded, then how
  round(
    count: number, x: Address,
    noise: Address, step: number, largest: number, weight: number,
  ): void;
}

/** Throws if WebAssembly has no SIMD or is forbidden. */
export const updateKernels = (memory: WebAssembly.Memory): UpdateKernels =>
  instantiate(updatesBase64, memory);
