import { parentPort, workerData } from 'node:worker_threads';

/** What a platform lacks, by name: where its WebAssembly fails. */
const platforms = {
  'has it all': WebAssembly,
  'has no WebAssembly': undefined,
  'may not compile it, or has no SIMD': {
    Memory: WebAssembly.Memory,
    Module: class {
      constructor() {
        throw new WebAssembly.CompileError('refused');
      }
    },
  },
  'has no memory for it': {
    Module: WebAssembly.Module,
    Instance: WebAssembly.Instance,
    Memory: class {
      constructor() {
        throw new RangeError('could not allocate memory');
      }
    },
  },
};

export type Platform = keyof typeof platforms;

/** What a platform gives: masked vectors of both primitives, one for each width; a packed one; and a sum of it. */
export interface Given {
  readonly masked: readonly Int32Array[];
  readonly packed: Uint8Array;
  readonly sum: Int32Array;
  /** Whether accumulators, vectors and packing are those of the kernels. */
  readonly byKernels: boolean;
}

const elements = Int32Array.from({ length: 70_001 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
/** One for each number of bytes that a word of a mask has. */
export const widths: readonly number[] = [8, 13, 23, 32];
const masks = { keys: new Uint8Array(96).map((_, i) => i), signs: Int8Array.of(1, -1, 1) };

/** By modules that are loaded on the platform as it is now, since they look at it once. */
async function given(): Promise<Given> {
  const [{ native }, { portable }, { applyMasks }, { packRing }, { ringVector }] = await Promise.all([
    import('@murmuration/protocol/primitives/node'),
    import('@murmuration/protocol/primitives/portable'),
    import('@murmuration/protocol/secagg/mask-stream'),
    import('@murmuration/protocol/secagg/ring'),
    import('@murmuration/protocol/secagg/ring-vector'),
  ]);
  const packed = packRing(elements, 23);
  const sum = ringVector(elements.length);
  sum.add(packed, 23);
  sum.add(packed, 23);
  return {
    masked: [native, portable].flatMap(primitives =>
      widths.map(width => {
        const vector = elements.slice();
        applyMasks(primitives, vector, masks, width);
        return vector;
      }),
    ),
    // Of bytes and elements only, wherever the memory of a kernel has them.
    packed: packed.slice(),
    sum: sum.elements.map(element => element << 9),
    // A vector of JavaScript begins where its memory does.
    byKernels: [native.accumulator().block, portable.accumulator().block, ringVector(5).elements].some(
      ({ byteOffset }) => byteOffset > 0,
    ),
  };
}

// Only in the threads of its own tests, which may be in a thread themselves.
if (typeof workerData === 'string') {
  globalThis.WebAssembly = platforms[workerData as Platform] as typeof WebAssembly;
  parentPort!.postMessage(await given());
}
