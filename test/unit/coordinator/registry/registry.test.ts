import { Registry } from '@murmuration/coordinator/registry/registry';
import { memoryBlobs, memoryHistory } from '@murmuration/coordinator/storage/memory';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';
import { layout } from '../federation.ts';

const topology = { class_name: 'Sequential' };

describe('the registry', () => {
  it('gives back models, the latest and earlier ones alike', async () => {
    const registry = new Registry(memoryBlobs(), memoryHistory());
    const first = await registry.store(topology, layout, Float32Array.of(1, 2, 3, 4));
    const second = await registry.store(topology, layout, Float32Array.of(5, 6, 7, 8));
    expect(first.hash).not.toBe(second.hash);
    for (const model of [second, first, second]) expect(await registry.files(model.hash)).toEqual(model);
    expect((await registry.store(topology, layout, Float32Array.of(1, 2, 3, 4))).hash).toBe(first.hash);
  });

  it('says so where there is no such model, or no version of a task', async () => {
    const registry = new Registry(memoryBlobs(), memoryHistory());
    await expect(registry.files('0'.repeat(64) as ModelHash)).rejects.toMatchObject({
      code: 'model.missing',
    });
    await expect(registry.current('line' as TaskName)).rejects.toMatchObject({ code: 'task.unknown' });
  });

  it('refuses a model whose stored bytes have changed', async () => {
    const blobs = memoryBlobs();
    const stored = await new Registry(blobs, memoryHistory()).store(topology, layout, new Float32Array(4));
    for (const spoil of [
      (bytes: Uint8Array) => bytes.with(0, bytes[0]! ^ 1),
      (bytes: Uint8Array) => bytes.subarray(1),
    ]) {
      const spoilt = { ...blobs, get: async (hash: string) => spoil(await blobs.get(hash)) };
      await expect(new Registry(spoilt, memoryHistory()).files(stored.hash)).rejects.toMatchObject({
        code: 'model.corrupt',
      });
      const weightsSpoilt = {
        ...blobs,
        get: async (hash: string) => (hash === stored.hash ? blobs.get(hash) : spoil(await blobs.get(hash))),
      };
      await expect(new Registry(weightsSpoilt, memoryHistory()).files(stored.hash)).rejects.toMatchObject({
        code: 'model.corrupt',
      });
    }
  });
});
