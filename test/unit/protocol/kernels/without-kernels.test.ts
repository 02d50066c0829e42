import { native } from '@murmuration/protocol/primitives/node';
import { portable } from '@murmuration/protocol/primitives/portable';
import { applyMasks } from '@murmuration/protocol/secagg/mask-stream';
import { packRing } from '@murmuration/protocol/secagg/ring';
import { ringVector } from '@murmuration/protocol/secagg/ring-vector';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const elements = Int32Array.from({ length: 70_001 }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
/** One for each number of bytes that a word of a mask has. */
const widths = [8, 13, 23, 32];
const masks = { keys: new Uint8Array(96).map((_, i) => i), signs: Int8Array.of(1, -1, 1) };

/** What a platform gives: masked vectors of both primitives, a packed one, and a sum of it. */
interface Given {
  readonly masked: readonly Int32Array[];
  readonly packed: Uint8Array;
  readonly sum: Int32Array;
  /** Whether accumulators, vectors and packing are those of the kernels. */
  readonly byKernels: boolean;
}

const withKernels: Omit<Given, 'byKernels'> = {
  masked: [native, portable].flatMap(primitives =>
    widths.map(width => {
      const vector = elements.slice();
      applyMasks(primitives, vector, masks, width);
      return vector;
    }),
  ),
  packed: packRing(elements, 23),
  sum: sumOf(packRing(elements, 23), ringVector),
};

function sumOf(packed: Uint8Array, make: typeof ringVector): Int32Array {
  const vector = make(elements.length);
  vector.add(packed, 23);
  vector.add(packed, 23);
  return vector.elements.map(element => element << 9);
}

/** The same by modules that are loaded anew, on the platform as it is now. */
async function onThisPlatform(): Promise<Given> {
  vi.resetModules();
  const [{ native }, { portable }, { applyMasks }, { packRing }, { ringVector }] = await Promise.all([
    import('@murmuration/protocol/primitives/node'),
    import('@murmuration/protocol/primitives/portable'),
    import('@murmuration/protocol/secagg/mask-stream'),
    import('@murmuration/protocol/secagg/ring'),
    import('@murmuration/protocol/secagg/ring-vector'),
  ]);
  const packed = packRing(elements, 23);
  return {
    masked: [native, portable].flatMap(primitives =>
      widths.map(width => {
        const vector = elements.slice();
        applyMasks(primitives, vector, masks, width);
        return vector;
      }),
    ),
    packed,
    sum: sumOf(packed, ringVector),
    // A vector of JavaScript begins where its memory does.
    byKernels: [native.accumulator().block, portable.accumulator().block, ringVector(5).elements].some(
      ({ byteOffset }) => byteOffset > 0,
    ),
  };
}

const same = (a: Int32Array, b: Int32Array) =>
  Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;

beforeEach(() => vi.resetModules());
afterEach(() => {
  vi.unstubAllGlobals();
  // The next file of this process has its kernels again.
  vi.resetModules();
});

describe.each<[string, unknown]>([
  ['has no WebAssembly', undefined],
  [
    'may not compile it, or has no SIMD',
    {
      Memory: WebAssembly.Memory,
      Module: class {
        constructor() {
          throw new WebAssembly.CompileError('refused');
        }
      },
    },
  ],
  [
    'has no memory for it',
    {
      Module: WebAssembly.Module,
      Instance: WebAssembly.Instance,
      Memory: class {
        constructor() {
          throw new RangeError('could not allocate memory');
        }
      },
    },
  ],
])('a platform that %s', (_, platform) => {
  it('masks, packs and adds to the same bits in JavaScript', async () => {
    vi.stubGlobal('WebAssembly', platform);
    const { masked, packed, sum, byKernels } = await onThisPlatform();
    expect(byKernels).toBe(false);
    for (const [i, vector] of masked.entries()) expect(same(vector, withKernels.masked[i]!)).toBe(true);
    expect(Buffer.compare(packed, withKernels.packed)).toBe(0);
    expect(same(sum, withKernels.sum)).toBe(true);
  });
});

it('a platform that has it all uses the kernels', async () => {
  expect((await onThisPlatform()).byKernels).toBe(true);
  for (const i of widths.keys())
    expect(same(withKernels.masked[i]!, withKernels.masked[widths.length + i]!)).toBe(true);
});
