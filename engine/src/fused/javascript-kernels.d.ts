import type { Kernels } from './kernels.ts';

/** Memory of the JavaScript kernels, which may grow. */
export interface PlainMemory {
  buffer: ArrayBuffer;
  grow?(pages: number): number;
}

/** The kernels in JavaScript, over a memory, which from then on grows by its `grow`. */
export function javascriptKernels(memory: PlainMemory): Kernels;
