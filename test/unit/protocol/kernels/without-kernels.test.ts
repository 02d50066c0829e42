import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Given, type Platform, widths } from './platform.ts';

/** What the protocol's modules give in a thread whose platform this is. */
async function on(platform: Platform): Promise<Given> {
  const thread = new Worker(new URL('./platform.ts', import.meta.url), { workerData: platform });
  try {
    const [given] = await once(thread, 'message');
    return given;
  } finally {
    await thread.terminate();
  }
}

const same = (a: Int32Array | Uint8Array, b: Int32Array | Uint8Array) =>
  Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;

let whole: Given;
beforeAll(async () => {
  whole = await on('has it all');
});

describe.each<[Platform]>([
  ['has no WebAssembly'],
  ['may not compile it, or has no SIMD'],
  ['has no memory for it'],
])('a platform that %s', platform => {
  it('masks, packs and adds to the same bits in JavaScript', async () => {
    const { masked, packed, sum, byKernels } = await on(platform);
    expect(byKernels).toBe(false);
    expect(masked).toHaveLength(2 * widths.length);
    for (const [i, vector] of masked.entries()) expect(same(vector, whole.masked[i]!)).toBe(true);
    expect(same(packed, whole.packed)).toBe(true);
    expect(same(sum, whole.sum)).toBe(true);
  });
});

it('a platform that has it all uses the kernels', () => {
  expect(whole.byKernels).toBe(true);
  for (const i of widths.keys()) expect(same(whole.masked[i]!, whole.masked[widths.length + i]!)).toBe(true);
});
