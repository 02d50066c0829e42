import { javascriptKernels, type PlainMemory } from './javascript-kernels.js';
import { type KernelMemory, Workspace } from './workspace.ts';

/**
 * Sizes of small blocks: a loss is computed in short parts, so that other tasks of the thread have their
 * turn.
 */
const blocks = { logits: 16_384, rows: 4 };

/** Creates a workspace with kernels in JavaScript, for runtimes without WebAssembly, to the same bytes. */
export function javascriptWorkspace(): Workspace {
  const memory: PlainMemory = { buffer: new ArrayBuffer(65_536) };
  const kernels = javascriptKernels(memory);
  const growing: KernelMemory = {
    get buffer() {
      return memory.buffer;
    },
    grow(pages) {
      const before = memory.buffer;
      const old = memory.grow!(pages);
      if (memory.buffer === before) throw new RangeError(`There is no memory of ${pages} pages more.`);
      return old;
    },
  };
  return new Workspace(kernels, growing, blocks);
}
