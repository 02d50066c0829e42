import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { Registry } from '@murmuration/rounds/registry/registry';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { describe, expect, it } from 'vitest';
import { layout } from '../../server/federation.ts';

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

  it('keeps smaller weights beside the others, named by its model.json, and gives back the others', async () => {
    const blobs = memoryBlobs();
    const registry = new Registry(blobs, memoryHistory());
    const square = layoutOf([{ name: 'kernel', shape: [8, 8] }]);
    const weights = Float32Array.from({ length: 64 }, (_, at) => Math.cos(at));
    const both = await registry.store(topology, square, weights, 'float16');
    expect((await new Registry(blobs, memoryHistory()).files(both.hash)).weights).toEqual(weights);
    const [full, smaller] = await registry.weightFilesOf(both.hash);
    expect(full).toBe(await registry.weightsOf(both.hash));
    expect((await blobs.get(smaller!)).length).toBe(128);
    const single = await registry.store(topology, square, weights);
    expect(single.hash).not.toBe(both.hash);
    expect(await registry.weightFilesOf(single.hash)).toEqual([full]);
    // Where there are vectors alone, there is nothing to make smaller.
    const vector = layoutOf([{ name: 'bias', shape: [64] }]);
    const plain = await registry.store(topology, vector, weights);
    expect((await registry.store(topology, vector, weights, 'int8')).hash).toBe(plain.hash);
  });

  it('MD7: keeps n-grams beside the weights, named by its model.json, so that other n-grams are another version', async () => {
    const blobs = memoryBlobs();
    const registry = new Registry(blobs, memoryHistory());
    const weights = Float32Array.of(1, 2, 3, 4);
    const ngrams = utf8('some n-grams');
    const { hash } = await registry.store(topology, layout, weights, 'float32', ngrams);
    const [, file] = await new Registry(blobs, memoryHistory()).weightFilesOf(hash);
    expect(await blobs.get(file!)).toEqual(ngrams);
    const others = [null, utf8('other n-grams')].map(other =>
      registry.store(topology, layout, weights, 'float32', other),
    );
    const hashes = (await Promise.all(others)).map(model => model.hash);
    expect(new Set([hash, ...hashes]).size).toBe(3);
    expect((await registry.store(topology, layout, weights, 'float32', ngrams)).hash).toBe(hash);
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
