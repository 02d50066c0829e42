import type { HybridReport } from '@murmuration/client-sdk/hybrid/hybrid';
import { decodeFiles, encodeFiles, hybridStore } from '@murmuration/client-sdk/hybrid/saved-hybrid';
import { memoryStorage } from '@murmuration/client-sdk/node';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepping } from './scene.ts';

const task = 'steps' as TaskName;
const score = { loss: 1.5, top1: 0.25, top3: 0.5 };
const report: HybridReport = {
  model: stepping(1).hash,
  lambda: 0.5,
  lambdas: { 'ngram-cache': 0.5 },
  scores: { global: score, personal: { ...score, loss: Number.POSITIVE_INFINITY }, hybrid: score },
  questions: 12,
};

describe('what is kept of the hybrid model', () => {
  it('is nothing at first', async () => {
    const store = hybridStore(memoryStorage(), task);
    expect([await store.global(), await store.personal('ngram-cache'), await store.choice()]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('is hashed by the platform, which may have another thread for it', async () => {
    const hashed: number[] = [];
    const hash = async (bytes: Uint8Array) => {
      hashed.push(bytes.length);
      return contentHash(bytes);
    };
    const store = hybridStore(memoryStorage(), task, hash);
    await store.putPersonal('ngram-cache', Uint8Array.of(1, 2, 3));
    expect(await store.personal('ngram-cache')).toEqual(Uint8Array.of(1, 2, 3));
    expect(hashed).toEqual([3, 3]);
  });

  it('comes back as it was, infinite losses and hashes of other encoders included', async () => {
    const storage = memoryStorage();
    const files = { ...stepping(1), hash: 'f'.repeat(64) as never };
    await hybridStore(storage, task).putGlobal(files);
    await hybridStore(storage, task).putPersonal('ngram-cache', Uint8Array.of(1, 2, 3));
    const bins = { 'ngram-cache 2': { 'ngram-cache': 0.7 } };
    await hybridStore(storage, task).putChoice({ report, among: { 'ngram-cache': 1 }, bins });
    const store = hybridStore(storage, task);
    expect(await store.global()).toEqual(files);
    expect(await store.personal('ngram-cache')).toEqual(Uint8Array.of(1, 2, 3));
    expect(await store.choice()).toEqual({ report, among: { 'ngram-cache': 1 }, bins });
    expect(await hybridStore(storage, 'other' as TaskName).choice()).toBeNull();
  });

  it('is refused and deleted where any byte of it has changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (bytes, place, change) => {
          const storage = memoryStorage();
          const store = hybridStore(storage, task);
          await store.putPersonal('own', bytes);
          const [name, entry] = [
            'hybrid.steps.personal.own',
            (await storage.get('hybrid.steps.personal.own'))!,
          ];
          entry[place % entry.length]! ^= change;
          await storage.put(name, entry);
          await expect(store.personal('own')).rejects.toMatchObject({ code: 'hybrid.damaged' });
          expect(await storage.get(name)).toBeUndefined();
          expect(await store.personal('own')).toBeNull();
        },
      ),
    );
  });

  it('is refused where it is whole and says what no version of ours does', async () => {
    const store = hybridStore(memoryStorage(), task);
    await store.putChoice({ report: { ...report, lambdas: { own: 7 } }, among: {} });
    await expect(store.choice()).rejects.toMatchObject({ code: 'hybrid.damaged' });
  });
});

describe('a version as one string of bytes', () => {
  it('comes back as it was', () => {
    const files = stepping(3);
    expect(decodeFiles(encodeFiles(files))).toEqual(files);
  });
});
