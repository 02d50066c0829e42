import { ModelCache } from '@murmuration/client-sdk/models/model-cache';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel, type ModelBytes } from '@murmuration/protocol/weights/model-files';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryCoordinator } from '../memory-coordinator.ts';

const keyboard = 'keyboard' as TaskName;
const { signal } = new AbortController();

function modelOf(value: number, length = 8): ModelBytes {
  const layout = layoutOf([{ name: 'w', shape: [length] }]);
  return encodeModel({ class_name: 'Sequential' }, layout, new Float32Array(length).fill(value));
}

let coordinator: MemoryCoordinator;
let storage: Storage;

beforeEach(() => {
  coordinator = new MemoryCoordinator(new VirtualClock());
  storage = memoryStorage();
});

function publish(model: ModelBytes): ModelBytes {
  const path = modelPath(model.hash);
  coordinator.files.set(path, model.json);
  coordinator.files.set(path.replace('model.json', `${model.weightsHash}.bin`), model.weights);
  return model;
}

const cache = (bundled?: ModelBytes) =>
  new ModelCache(storage, coordinator, keyboard, bundled && (async () => bundled));

describe('the models on a device', () => {
  it('are none at first', async () => {
    expect(await cache().current()).toBeUndefined();
  });

  it('are downloaded once, and there after a restart', async () => {
    const { hash, json, weights } = publish(modelOf(1));
    const first = await cache().load(hash, signal);
    expect(first.bytes).toBe(json.length + weights.length);
    expect(first.files.weights).toEqual(new Float32Array(8).fill(1));
    const { downloads } = coordinator;
    expect(await cache().load(hash, signal)).toEqual({ files: first.files, bytes: 0 });
    expect(await cache().current()).toEqual(first.files);
    expect(coordinator.downloads).toBe(downloads);
  });

  it('are served as the coordinator names them, over a restart and whatever rounds train from, until it names none', async () => {
    const [older, newer] = [publish(modelOf(1)), publish(modelOf(2))];
    await cache().load(older.hash, signal);
    await cache().load(newer.hash, signal);
    const served = async () => (await cache().current())?.hash;
    expect((await cache().pin(older.hash, signal))!.bytes).toBeGreaterThan(0);
    expect(await served()).toBe(older.hash);
    const { downloads } = coordinator;
    expect((await cache().load(newer.hash, signal)).bytes).toBe(0);
    expect((await cache().load(older.hash, signal)).bytes).toBe(0);
    expect((await cache().pin(newer.hash, signal))!.bytes).toBeGreaterThan(0);
    expect(await served()).toBe(newer.hash);
    expect(coordinator.downloads).toBeGreaterThan(downloads);
    await expect(cache().pin('f'.repeat(64) as ModelHash, signal)).rejects.toThrow();
    expect(await served()).toBe(newer.hash);
    expect(await cache().pin(null, signal)).toBeUndefined();
    expect(await served()).toBe(older.hash);
  });

  it('are replaced by the next one', async () => {
    await cache().load(publish(modelOf(1)).hash, signal);
    const next = publish(modelOf(2, 3));
    await cache().load(next.hash, signal);
    expect(await cache().current()).toMatchObject({ hash: next.hash, weights: new Float32Array(3).fill(2) });
  });

  it('stay what they were where the next one does not arrive whole', async () => {
    const good = publish(modelOf(1));
    await cache().load(good.hash, signal);
    const torn = publish(modelOf(2));
    const path = modelPath(torn.hash).replace('model.json', `${torn.weightsHash}.bin`);
    coordinator.files.set(path, torn.weights.subarray(4));
    await expect(cache().load(torn.hash, signal)).rejects.toMatchObject({ code: 'model.corrupt' });
    coordinator.files.delete(path);
    await expect(cache().load(torn.hash, signal)).rejects.toMatchObject({ code: 'model.missing' });
    expect(await cache().current()).toMatchObject({ hash: good.hash });
  });

  it('are downloaded again where what is stored is damaged', async () => {
    const { hash } = publish(modelOf(1));
    await cache().load(hash, signal);
    const entry = (await storage.get('model.keyboard'))!;
    for (const damaged of [entry.subarray(0, 3), entry.subarray(0, -1), entry.map(byte => byte ^ 1)]) {
      await storage.put('model.keyboard', damaged);
      expect(await cache().current()).toBeUndefined();
      expect((await cache().load(hash, signal)).bytes).toBeGreaterThan(0);
    }
  });

  it('begin with the one of the app, until there is a newer one', async () => {
    const bundled = modelOf(5);
    expect(await cache(bundled).current()).toMatchObject({ hash: bundled.hash });
    expect(await cache(bundled).load(bundled.hash, signal)).toMatchObject({ bytes: 0 });
    const { hash } = publish(modelOf(6));
    await cache(bundled).load(hash, signal);
    expect(await cache(bundled).current()).toMatchObject({ hash });
  });

  it('tell of an app whose own model is damaged', async () => {
    const bundled = { ...modelOf(5), weights: new Uint8Array(32) };
    await expect(cache(bundled).current()).rejects.toMatchObject({ code: 'model.corrupt' });
  });
});
