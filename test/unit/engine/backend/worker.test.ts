import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

it('runs in worker threads side by side, each with its own tensors', async () => {
  const workers = [2, 4].map(scale => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    worker.postMessage(scale);
    return { scale, worker, answered: once(worker, 'message') };
  });
  for (const { scale, worker, answered } of workers) {
    const [answer] = await answered;
    expect(answer).toEqual({
      chosen: { backend: 'wasm', reason: expect.stringMatching(/^WebAssembly with SIMD; tfjs-node /) },
      gradient: [0, 0, -scale / 2, scale / 2],
      listeners: 0,
    });
    await worker.terminate();
  }
});
