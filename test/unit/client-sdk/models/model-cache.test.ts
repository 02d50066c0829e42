import { ModelCache } from '@murmuration/client-sdk/models/model-cache';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { type StoredWeights, storeWeights } from '@murmuration/engine/models/stored-weights';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { contentHash, encodeModel, type ModelBytes } from '@murmuration/protocol/weights/model-files';
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

describe('the smaller weights of a version', () => {
  const layout = layoutOf([
    { name: 'kernel', shape: [64, 32] },
    { name: 'bias', shape: [32] },
  ]);

  interface Smaller extends ModelBytes {
    readonly full: Float32Array;
    readonly smaller: Uint8Array;
    readonly paths: { readonly full: string; readonly smaller: string };
  }

  /** A version whose weights are there in both forms. */
  function publishBoth(seed: number, as: StoredWeights = 'int8', change?: (tensors: object[]) => unknown[]) {
    const full = Float32Array.from({ length: layout.count }, (_, at) => Math.sin(seed + at));
    const { tensors, bytes: smaller } = storeWeights(layout, full, as);
    const described = { hash: contentHash(smaller), tensors: change?.([...tensors]) ?? tensors };
    const bytes = encodeModel({ class_name: 'Sequential' }, layout, full, contentHash, described);
    publish(bytes);
    const at = (hash: string) => modelPath(bytes.hash).replace('model.json', `${hash}.bin`);
    const paths = { full: at(bytes.weightsHash), smaller: at(described.hash) };
    coordinator.files.set(paths.smaller, smaller);
    return { ...bytes, full, smaller, paths } satisfies Smaller;
  }

  const distance = (a: Float32Array, b: Float32Array) =>
    a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

  it.each([
    ['int8', 64 * 32 + 4 * 32, 2 / 255],
    ['float16', 2 * 64 * 32 + 4 * 32, 1 / 2048],
  ] as const)('are all that a device which only serves downloads, once: %s', async (as, length, most) => {
    const version = publishBoth(1, as);
    coordinator.files.delete(version.paths.full);
    const { files, bytes } = await cache().loadServed(version.hash, signal);
    expect(bytes).toBe(version.json.length + length);
    expect([files.hash, files.layout]).toEqual([version.hash, layout]);
    expect(distance(files.weights, version.full)).toBeLessThanOrEqual(most);
    expect(files.weights.subarray(64 * 32)).toEqual(version.full.subarray(64 * 32));
    const { downloads } = coordinator;
    expect(await cache().current()).toEqual(files);
    expect(await cache().loadServed(version.hash, signal)).toEqual({ files, bytes: 0 });
    expect(await cache().pin(version.hash, signal)).toEqual({ files, bytes: 0 });
    expect(coordinator.downloads).toBe(downloads);
  });

  it('are nothing that a round begins with, wherever they are kept', async () => {
    const version = publishBoth(1);
    await cache().loadServed(version.hash, signal);
    await cache().pin(version.hash, signal);
    coordinator.files.delete(version.paths.full);
    await expect(cache().load(version.hash, signal)).rejects.toMatchObject({ code: 'model.missing' });
    // Nor where somebody on the way sends them under the name of the others.
    coordinator.files.set(version.paths.full, version.smaller);
    await expect(cache().load(version.hash, signal)).rejects.toMatchObject({ code: 'model.corrupt' });
    coordinator.files.set(version.paths.full, version.weights);
    const { files, bytes } = await cache().load(version.hash, signal);
    expect(files.weights).toEqual(version.full);
    expect(bytes).toBeGreaterThan(version.weights.length);
    await expect(cache().load(version.hash, signal)).resolves.toMatchObject({ bytes: 0 });
  });

  it('are not downloaded where the device has all weights, from a round or from the app', async () => {
    const version = publishBoth(1);
    await cache().load(version.hash, signal);
    coordinator.files.clear();
    for (const loaded of [
      await cache().loadServed(version.hash, signal),
      await cache().pin(version.hash, signal),
    ])
      expect(loaded).toEqual({ files: expect.objectContaining({ weights: version.full }), bytes: 0 });
    storage = memoryStorage();
    expect(await cache(version).loadServed(version.hash, signal)).toMatchObject({ bytes: 0 });
  });

  it('serve at once what is rolled back to, and again what is pinned no more', async () => {
    const [older, newer] = [publishBoth(1), publishBoth(2)];
    await cache().loadServed(newer.hash, signal);
    for (const { paths } of [older, newer]) coordinator.files.delete(paths.full);
    await cache().pin(older.hash, signal);
    const rolledBack = (await cache().current())!;
    expect(rolledBack.hash).toBe(older.hash);
    expect(distance(rolledBack.weights, older.full)).toBeLessThan(2 / 255);
    await cache().pin(null, signal);
    expect((await cache().current())!.hash).toBe(newer.hash);
  });

  it('are refused where their bytes are others than model.json names, and nothing of them is kept', async () => {
    const good = publishBoth(1);
    await cache().loadServed(good.hash, signal);
    const before = await cache().current();
    const version = publishBoth(2);
    for (const bytes of [
      version.smaller.with(7, version.smaller[7]! ^ 1),
      version.smaller.subarray(1),
      good.smaller,
      new Uint8Array(0),
    ]) {
      coordinator.files.set(version.paths.smaller, bytes);
      for (const load of [
        () => cache().loadServed(version.hash, signal),
        () => cache().pin(version.hash, signal),
      ])
        await expect(load()).rejects.toMatchObject({ code: 'model.corrupt' });
      expect(await cache().current()).toEqual(before);
    }
  });

  it.each<[string, (tensors: object[]) => unknown[]]>([
    ['another number of tensors', tensors => tensors.slice(1)],
    ['another order', tensors => tensors.toReversed()],
    ['another shape', ([kernel, bias]) => [{ ...kernel, shape: [32, 64] }, bias]],
    ['another length', ([kernel, bias]) => [{ ...kernel, quantization: undefined }, bias]],
    ['an unknown form', ([kernel, bias]) => [{ ...kernel, quantization: { dtype: 'uint4' } }, bias]],
    ['no scale', ([kernel, bias]) => [{ ...kernel, quantization: { dtype: 'uint8', min: 0 } }, bias]],
    ['nothing', () => [null, null]],
  ])('are refused where model.json describes them with %s', async (_, change) => {
    const version = publishBoth(1, 'int8', change);
    await expect(cache().loadServed(version.hash, signal)).rejects.toMatchObject({ code: 'model.corrupt' });
    expect(await cache().current()).toBeUndefined();
    expect((await cache().load(version.hash, signal)).files.weights).toEqual(version.full);
  });
});

describe('the n-grams of a version', () => {
  const layout = layoutOf([{ name: 'w', shape: [8] }]);
  const ngrams = Uint8Array.of(1, 2, 3, 4, 5);
  /** A version with n-grams, as a coordinator has it. */
  function withNgrams(value: number, bytes: Uint8Array, served = bytes): ModelBytes {
    const file = { hash: contentHash(bytes), bytes: bytes.length };
    const weights = new Float32Array(8).fill(value);
    const model = encodeModel({ class_name: 'Sequential' }, layout, weights, contentHash, undefined, file);
    coordinator.files.set(modelPath(model.hash).replace('model.json', `${file.hash}.bin`), served);
    return publish(model);
  }
  const loaded = async ({ hash }: ModelBytes) => {
    await cache().loadServed(hash, signal);
    await cache().loadNgrams(hash, signal);
  };

  it('MD7: are there with the version that is served, also after a restart, and are downloaded once', async () => {
    const model = withNgrams(1, ngrams);
    await cache().loadServed(model.hash, signal);
    expect(await cache().current()).not.toHaveProperty('ngrams');
    await cache().loadNgrams(model.hash, signal);
    expect((await cache().current())!.ngrams).toEqual(ngrams);
    const { downloads } = coordinator;
    await cache().loadNgrams(model.hash, signal);
    expect(coordinator.downloads).toBe(downloads);
    // The next version has the same.
    const next = withNgrams(2, ngrams);
    await loaded(next);
    expect(coordinator.downloads).toBe(downloads + 2);
    expect(await cache().current()).toMatchObject({ hash: next.hash, ngrams });
  });

  it('MD7: are not used unless they are those that model.json names', async () => {
    for (const other of [Uint8Array.of(1, 2, 3, 4, 6), ngrams.subarray(1)]) {
      const model = withNgrams(other.length, ngrams, other);
      await expect(loaded(model)).rejects.toMatchObject({ code: 'model.corrupt' });
      expect(await cache().current()).toMatchObject({ hash: model.hash });
      expect(await cache().current()).not.toHaveProperty('ngrams');
    }
    await storage.put(`ngrams.${keyboard}`, Uint8Array.of(9));
    expect(await cache().current()).not.toHaveProperty('ngrams');
  });

  it('are nothing to a version that has none, and those of another are not its own', async () => {
    await loaded(withNgrams(1, ngrams));
    const without = publish(modelOf(3));
    await loaded(without);
    expect(await cache().current()).not.toHaveProperty('ngrams');
    const other = withNgrams(4, Uint8Array.of(7));
    await cache().loadServed(other.hash, signal);
    expect(await cache().current()).not.toHaveProperty('ngrams');
  });

  it('come with an app that brings them', async () => {
    const model = withNgrams(1, ngrams);
    const bundle = (bytes: Uint8Array) =>
      new ModelCache(storage, coordinator, keyboard, async () => ({ ...model, ngrams: bytes }));
    expect((await bundle(ngrams).current())!.ngrams).toEqual(ngrams);
    await expect(bundle(Uint8Array.of(1)).current()).rejects.toMatchObject({ code: 'model.corrupt' });
  });
});
