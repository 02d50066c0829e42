import {
  type BrowserBackend,
  browserBackends,
  startBrowserBackend,
} from '@murmuration/engine/backend/browser-backend';
import { gradientError } from '@murmuration/engine/backend/self-test';
import * as tf from '@murmuration/engine/tfjs/tf';
import { describe, expect, it } from 'vitest';

/** Where the suite serves the .wasm files of TensorFlow.js. */
const wasmPath = '/';

function memory(first?: string) {
  let kept = first;
  return {
    recall: async () => kept,
    keep: async (backend: string) => {
      kept = backend;
    },
  };
}

/** The backends that this browser has. */
const offered: BrowserBackend[] = [];
for (const backend of browserBackends) {
  const starts = await startBrowserBackend({ wasmPath, backends: [backend] }).catch(() => undefined);
  if (starts) offered.push(backend);
}

describe('the backends of a browser', () => {
  it('hold WebAssembly at least', () => {
    expect(offered).toContain('wasm');
  });

  it.each(browserBackends.map(backend => [backend] as const))(
    '%s, where it is offered, has the gradients of the CPU backend',
    async backend => {
      if (!offered.includes(backend)) {
        await expect(startBrowserBackend({ wasmPath, backends: [backend] })).rejects.toMatchObject({
          code: 'engine.no-backend',
          detail: expect.stringContaining(backend),
        });
        return;
      }
      expect(await gradientError(backend)).toBeLessThan(1e-3);
    },
  );

  it('are measured, and the fastest is chosen and remembered', async () => {
    const remembered = memory();
    const { backend, reason } = await startBrowserBackend({ wasmPath, memory: remembered });
    expect(offered).toContain(backend);
    expect(tf.getBackend()).toBe(backend);
    for (const each of browserBackends) expect(reason).toContain(each);
    expect(await remembered.recall()).toBe(backend);
  });

  it('are not measured again where one was chosen before, unless that is gone', async () => {
    expect(await startBrowserBackend({ wasmPath, memory: memory('wasm') })).toEqual({
      backend: 'wasm',
      reason: 'wasm was the fastest on this device before',
    });
    const gone = memory('a backend of another browser');
    expect(offered).toContain((await startBrowserBackend({ wasmPath, memory: gone })).backend);
    expect(offered).toContain(await gone.recall());
  });
});
