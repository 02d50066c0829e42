import { fineTuned } from '@murmuration/client-sdk/hybrid/fine-tuned';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { openNgrams } from '@murmuration/client-sdk/hybrid/open-ngrams';
import { sharedNgrams } from '@murmuration/client-sdk/hybrid/shared-ngrams';
import { memoryStorage } from '@murmuration/client-sdk/node';
import type { Serving } from '@murmuration/engine/inference/serving';
import { decodeNgrams, encodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { NgramModel } from '@murmuration/protocol/ngrams/ngram-model';
import { describe, expect, it } from 'vitest';
import { classes, hybridOn, serving, stepping, steppingSequences } from './scene.ts';

/** Knows that each token is followed by the one `step` after it, among 1 to 5. */
const counted = (step: number, terms = { classes, firstClass: 1, threshold: 3 }): Uint8Array =>
  encodeNgrams(
    [1, 2, 3, 4, 5].map(id => ({ ids: [id, 1 + ((id - 1 + step) % 5)], count: 100 })),
    terms,
  );
const best = (values: Float32Array) => values.indexOf(Math.max(...values));
const code = (code: string) => expect.objectContaining({ code });

/** A device whose version brings n-grams, and where each token is followed by the one `step` after it. */
async function learned(ngrams: Uint8Array, step = 2, storage = memoryStorage()) {
  const it = hybridOn({ personal: [sharedNgrams(), ngramCache(), fineTuned()], storage });
  it.device.newest = { ...stepping(1), ngrams };
  it.device.examples = steppingSequences(step, 40);
  await it.hybrid.learn();
  return it;
}

describe('the n-grams that a version brings', () => {
  it('are mixed in where they know better, and are nothing personal', async () => {
    const it = hybridOn({ personal: [sharedNgrams()] });
    it.device.newest = { ...stepping(1), ngrams: counted(2) };
    it.device.examples = steppingSequences(2, 40);
    await it.hybrid.learn();
    const { lambda, lambdas, scores } = it.hybrid.report()!;
    expect(lambda).toBe(0);
    expect(lambdas['shared-ngrams']).toBeGreaterThan(0.9);
    expect(scores.hybrid.loss).toBeLessThan(scores.global.loss);
    expect(scores.personal.loss).toBe(Number.POSITIVE_INFINITY);
    const { values, source } = await it.hybrid.predict([1]);
    expect([best(values), source]).toEqual([3, 'hybrid']);
    await expect(it.hybrid.predict([1], 'personal')).rejects.toEqual(code('hybrid.no-model'));
    expect(it.errors).toEqual([]);
  });

  it('have no part in what answers as personal, whose weights are those of the others', async () => {
    const { hybrid, errors } = await learned(counted(3));
    const { lambda, lambdas } = hybrid.report()!;
    const { 'shared-ngrams': shared, ...own } = lambdas;
    expect(shared).toBeLessThan(0.1);
    expect(Object.values(own).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(lambda, 10);
    expect(best((await hybrid.predict([1], 'personal')).values)).toBe(3);
    expect(errors).toEqual([]);
  });

  it('are left out where they are of no use', async () => {
    const { hybrid } = await learned(counted(4));
    expect(hybrid.report()!.lambdas['shared-ngrams']).toBe(0);
    expect(best((await hybrid.predict([1])).values)).toBe(3);
  });

  it('are there after a restart', async () => {
    const storage = memoryStorage();
    const { hybrid, device } = await learned(counted(2), 2, storage);
    const before = await hybrid.predict([1]);
    const again = hybridOn({ personal: [sharedNgrams(), ngramCache(), fineTuned()], storage });
    again.device.newest = device.newest;
    expect((await again.hybrid.predict([1])).values).toEqual(before.values);
  });

  it('MD8: that are malformed, or of other classes, leave the device with those before, and it says so', async () => {
    for (const bad of [counted(2).subarray(1), counted(2, { classes: 9, firstClass: 1, threshold: 3 })]) {
      const storage = memoryStorage();
      await learned(counted(2), 2, storage);
      const { hybrid, errors } = await learned(bad, 2, storage);
      expect(errors).toEqual([code('model.corrupt')]);
      expect(hybrid.report()!.lambdas).toHaveProperty('shared-ngrams');
      expect(best((await hybrid.predict([1])).values)).toBe(3);
    }
  });

  it.each([
    ['more', { classes: 9, firstClass: 1, threshold: 3 }],
    ['fewer', { classes: 5, firstClass: 1, threshold: 3 }],
  ])('VG9: serve with %s classes than the app has, where its vocabulary grows', async (_, terms) => {
    const ids = Array.from({ length: terms.classes - 1 }, (_, i) => i + 1);
    const file = encodeNgrams(
      ids.flatMap(id => [
        { ids: [id], count: 50 },
        { ids: [1, id], count: id === 3 ? 100 : 10 },
      ]),
      terms,
    );
    const reference = new NgramModel(decodeNgrams(file)).probabilities(
      [1],
      1,
      new Float32Array(terms.classes),
    );
    const kept = Array.from({ length: classes }, (_, id) => reference[id] ?? 0);
    const all = kept.reduce((sum, value) => sum + value, 0);
    const open = await openNgrams(file, { ...serving, grows: {} } as Serving<unknown>);
    const said = await open.predict([1]);
    expect(said).toHaveLength(classes);
    for (const [id, value] of kept.entries()) expect(said[id]).toBeCloseTo(value / all, 6);
    expect(await open.answer([1, 3])).toEqual(said);
    // A token that the file has not is one that never came.
    expect((await open.predict([5])).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
  });

  it('of a version without any are those of the version before', async () => {
    const { hybrid, device, errors } = await learned(counted(2));
    device.newest = stepping(3);
    await hybrid.learn();
    expect(hybrid.report()!.lambdas).toHaveProperty('shared-ngrams');
    expect(errors).toEqual([]);
  });
});
