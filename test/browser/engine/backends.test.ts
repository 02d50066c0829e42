import { startBrowserBackend } from '@murmuration/engine/backend/browser-backend';
import { type BrowserBackend, requireBackends } from '@murmuration/engine/backend/browser-backends';
import { gradientError } from '@murmuration/engine/backend/self-test';
import * as tf from '@murmuration/engine/tfjs/tf';
import { webgl } from '@murmuration/engine/webgl';
import { webgpu } from '@murmuration/engine/webgpu';
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

const all: readonly BrowserBackend[] = ['wasm', webgl, webgpu];
const nameOf = (backend: BrowserBackend) => (backend === 'wasm' ? backend : backend.name);

/** The backends that this browser has. */
const offered: string[] = [];
for (const backend of all) {
  const starts = await startBrowserBackend({ wasmPath, backends: [backend] }).catch(() => undefined);
  if (starts) offered.push(starts.backend);
}

describe('the backends of a browser', () => {
  it('hold WebAssembly at least', () => {
    expect(offered).toContain('wasm');
  });

  it.each(all.map(backend => [nameOf(backend), backend] as const))(
    '%s, where it is offered, has the gradients of the CPU backend',
    async (name, backend) => {
      if (!offered.includes(name)) {
        await expect(startBrowserBackend({ wasmPath, backends: [backend] })).rejects.toMatchObject({
          code: 'engine.no-backend',
          detail: expect.stringContaining(name),
        });
        return;
      }
      expect(await gradientError(name)).toBeLessThan(1e-3);
    },
  );

  it('are measured, and the fastest is chosen and remembered', async () => {
    const remembered = memory();
    const { backend, reason } = await startBrowserBackend({ wasmPath, backends: all, memory: remembered });
    expect(offered).toContain(backend);
    expect(tf.getBackend()).toBe(backend);
    for (const each of all) expect(reason).toContain(nameOf(each));
    expect(await remembered.recall()).toBe(backend);
  });

  it('are not measured again where one was chosen before, unless that is gone', async () => {
    expect(await startBrowserBackend({ wasmPath, backends: all, memory: memory('wasm') })).toEqual({
      backend: 'wasm',
      reason: 'wasm was the fastest on this device before',
    });
    const gone = memory('a backend of another browser');
    const { backend } = await startBrowserBackend({ wasmPath, backends: all, memory: gone });
    expect(offered).toContain(backend);
    expect(offered).toContain(await gone.recall());
  });

  it('are WebAssembly where none is named, whatever was chosen before', async () => {
    const before = memory('webgl');
    expect(await startBrowserBackend({ wasmPath, memory: before })).toMatchObject({ backend: 'wasm' });
    expect(await before.recall()).toBe('wasm');
  });

  it('say why where one does not load', async () => {
    const backend: BrowserBackend = {
      name: 'webgl',
      load: () => Promise.reject(new Error('Failed to resolve module specifier')),
    };
    await expect(startBrowserBackend({ wasmPath, backends: [backend] })).rejects.toMatchObject({
      code: 'engine.no-backend',
      detail: expect.stringContaining('Failed to resolve'),
    });
    expect(await startBrowserBackend({ wasmPath, backends: [backend, 'wasm'] })).toMatchObject({
      backend: 'wasm',
    });
  });

  it('say what to give where there is none', async () => {
    await expect(startBrowserBackend({ wasmPath, backends: [] })).rejects.toMatchObject({
      code: 'engine.no-backend',
      detail: expect.stringContaining('@murmuration/engine/webgl'),
    });
  });

  it.each([
    ['webgl', /@murmuration\/engine\/webgl/],
    ['webgpu', /@murmuration\/engine\/webgpu/],
    ['cpu', /"cpu" is none/],
    [null, /null is none/],
    [{ name: 'webgl' }, /is none/],
  ])('refuse %j with what to give instead', (given, detail) => {
    expect(() => requireBackends([given])).toThrow(
      expect.objectContaining({ code: 'options.invalid', detail: expect.stringMatching(detail) }),
    );
  });
});
