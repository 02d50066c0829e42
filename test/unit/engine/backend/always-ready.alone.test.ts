import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { describe, expect, it } from 'vitest';

/** A small model, as test files and definitions of tasks make it where they are loaded; and its sum, which every backend has the same. */
function work(): number {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer: 'ones' })],
  });
  const sum = tf.tidy(() => (model.predict(tf.tensor2d([[1, 2]])) as tf.Tensor).sum().dataSync()[0]!);
  model.dispose();
  return sum;
}

/** Works at each turn of a process until something is over. */
async function workDuring(something: Promise<unknown>): Promise<number> {
  let isOver = false;
  let turns = 0;
  void something.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    expect(work()).toBe(9);
    turns++;
    await (turns % 3 === 0 ? new Promise(resolve => setImmediate(resolve)) : undefined);
  }
  await something;
  return turns;
}

/** A module of the app’s own, which knows nothing of ours. */
const another = tf.setBackend;

// One after the other: what a process has only once.
describe('the engine', () => {
  it('works before it was started, though the best backend is one that starts slowly', () => {
    expect(tf.findBackendFactory('wasm')).toBeTypeOf('function');
    expect(work()).toBe(9);
    expect(tf.getBackend()).toBe('cpu');
  });

  it('works while it is started, by two clients at once, and is on the one that was started then', async () => {
    const kept = tf.tensor1d([1, 2, 3]);
    const turns = await workDuring(Promise.all([startBackend(), startBackend()]));
    expect(turns).toBeGreaterThan(2);
    expect(tf.getBackend()).toBe('wasm');
    expect(work()).toBe(9);
    expect([...kept.mul(2).dataSync()]).toEqual([2, 4, 6]);
    kept.dispose();
  });

  it('works on from the moment at which it was reset, and comes back to its backend by itself', async () => {
    tf.engine().reset();
    expect(work()).toBe(9);
    await expect.poll(() => tf.getBackend(), { interval: 1 }).toBe('wasm');
    expect(work()).toBe(9);
  });

  it('starts though another module of the process asks for another backend meanwhile', async () => {
    tf.engine().reset();
    const start = startBackend();
    const steps: boolean[] = [];
    for (let i = 0; i < 20; i++) {
      steps.push(await another('cpu'));
      expect(work()).toBe(9);
    }
    expect((await start).backend).toBe('wasm');
    expect(new Set(steps)).toEqual(new Set([true]));
    expect(work()).toBe(9);
  });

  it('is on the backend that was asked for last, whichever was there first', async () => {
    tf.engine().reset();
    const started = another('wasm');
    await another('cpu');
    expect(await started).toBe(true);
    expect(tf.getBackend()).toBe('cpu');
    expect(await another('wasm')).toBe(true);
    expect(tf.getBackend()).toBe('wasm');
  });

  it('works where a backend does not start, and says that it does not', async () => {
    tf.registerBackend('webgpu', () => Promise.reject(new Error('There is no GPU.')), 9);
    const before = tf.getBackend();
    expect(await another('webgpu')).toBe(false);
    expect([tf.getBackend(), work()]).toEqual([before, 9]);
    tf.removeBackend('webgpu');
    expect(work()).toBe(9);
    await expect(another('abacus')).rejects.toThrow('abacus');
  });
});
