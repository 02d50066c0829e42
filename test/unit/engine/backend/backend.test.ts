import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { afterEach, describe, expect, it } from 'vitest';

/**
 * A native backend without its binary: the CPU backend's kernels under the native one's name, with a lookup gradient of our own
 * whose every value is `factor` times what it should be.
 */
function installNative(factor: number): () => Promise<void> {
  return async () => {
    tf.registerBackend('tensorflow', () => new tf.MathBackendCPU());
    tf.copyRegisteredKernels('cpu', 'tensorflow');
    tf.unregisterKernel('UnsortedSegmentSum', 'tensorflow');
    tf.registerKernel({
      kernelName: 'UnsortedSegmentSum',
      backendName: 'tensorflow',
      kernelFunc: ({ inputs, attrs, backend }) => {
        const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
        const { data, makeTensorInfo } = backend as tf.MathBackendCPU;
        const { numSegments } = attrs as { numSegments: number };
        const width = x.shape[1]!;
        const values = data.get(x.dataId).values as Float32Array;
        const ids = data.get(segmentIds.dataId).values as Int32Array;
        const sums = new Float32Array(numSegments * width);
        for (let i = 0; i < values.length; i++)
          sums[ids[Math.floor(i / width)]! * width + (i % width)]! += factor * values[i]!;
        return makeTensorInfo.call(backend, [numSegments, width], 'float32', sums);
      },
    });
  };
}

/** A clock under which each step on the native backend takes `nativeMs`, and each one on WebAssembly 8 ms. */
function clock(nativeMs: number): () => number {
  let time = 0;
  return () => {
    time += tf.getBackend() === 'tensorflow' ? nativeMs : 8;
    return time;
  };
}

afterEach(() => {
  if (tf.findBackendFactory('tensorflow')) tf.removeBackend('tensorflow');
  for (const kernel of tf.getKernelsForBackend('tensorflow'))
    tf.unregisterKernel(kernel.kernelName, 'tensorflow');
});

describe('startBackend', () => {
  it('chooses WebAssembly with SIMD where tfjs-node is not installed, and says so', async () => {
    const loadNative = () =>
      Promise.reject(Object.assign(new Error('No such module'), { code: 'ERR_MODULE_NOT_FOUND' }));
    expect(await startBackend({ loadNative })).toEqual({
      backend: 'wasm',
      reason: 'WebAssembly with SIMD; tfjs-node is not installed',
    });
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.env().get('WASM_HAS_SIMD_SUPPORT')).toBe(true);
  });

  it('uses tfjs-node where its gradients are right and it is faster', async () => {
    const chosen = await startBackend({ loadNative: installNative(1), now: clock(2) });
    expect(chosen).toEqual({
      backend: 'tensorflow',
      reason: 'tfjs-node is faster: 2.0 ms a step against 8.0 ms on WebAssembly',
    });
    expect(tf.getBackend()).toBe('tensorflow');
  });

  it('stays on WebAssembly where tfjs-node is not faster', async () => {
    const chosen = await startBackend({ loadNative: installNative(1), now: clock(8) });
    expect(chosen).toEqual({
      backend: 'wasm',
      reason: 'WebAssembly with SIMD; tfjs-node is not faster: 8.0 ms a step against 8.0 ms on WebAssembly',
    });
    expect(tf.getBackend()).toBe('wasm');
  });

  it.each([
    [0.99, /its gradients are off by 1\.0e-2$/],
    [Number.NaN, /its gradients are off by NaN$/],
  ])(
    'does not trust tfjs-node when a gradient is %d times the right one, however fast',
    async (factor, reason) => {
      const chosen = await startBackend({ loadNative: installNative(factor), now: clock(1) });
      expect(chosen.backend).toBe('wasm');
      expect(chosen.reason).toMatch(reason);
      expect(tf.getBackend()).toBe('wasm');
    },
  );

  it('does not trust tfjs-node when a kernel fails', async () => {
    const loadNative = async () => {
      await installNative(1)();
      tf.unregisterKernel('Tanh', 'tensorflow');
    };
    const chosen = await startBackend({ loadNative, now: clock(1) });
    expect(chosen.backend).toBe('wasm');
    expect(chosen.reason).toContain(
      "tfjs-node is not trusted: Kernel 'Tanh' not registered for backend 'tensorflow'",
    );
  });

  it('tells why tfjs-node does not load', async () => {
    const loadNative = () => Promise.reject(new Error('libtensorflow.so.2: cannot open shared object file'));
    expect((await startBackend({ loadNative })).reason).toBe(
      'WebAssembly with SIMD; tfjs-node does not load: libtensorflow.so.2: cannot open shared object file',
    );
  });
});
