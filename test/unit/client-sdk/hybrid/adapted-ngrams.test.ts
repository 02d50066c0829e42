import { adaptedNgrams } from '@murmuration/client-sdk/hybrid/adapted-ngrams';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import type { LearningInput, PersonalPorts } from '@murmuration/client-sdk/hybrid/personal';
import { sharedNgrams } from '@murmuration/client-sdk/hybrid/shared-ngrams';
import { memoryStorage } from '@murmuration/client-sdk/node';
import { encodeNgrams, type Ngram } from '@murmuration/protocol/ngrams/ngram-file';
import { describe, expect, it } from 'vitest';
import { classes, hybridOn, serving, stepping, steppingSequences } from './scene.ts';

const ports = { serving } as unknown as PersonalPorts;
const code = (code: string) => expect.objectContaining({ code });

/** Everybody has 1 to 5 alike, and after 1 each of them alike but 1. */
const everybody: readonly Ngram[] = [
  ...[1, 2, 3, 4, 5].map(id => ({ ids: [id], count: 100 })),
  ...[2, 3, 4, 5].map(id => ({ ids: [1, id], count: 25 })),
];
const file = encodeNgrams(everybody, { classes, firstClass: 1, threshold: 3 });
const input = (
  examples: readonly (readonly number[])[],
  change: Partial<LearningInput> = {},
): LearningInput => ({
  examples,
  global: { ...stepping(1), ngrams: file },
  previous: null,
  signal: new AbortController().signal,
  progress: () => {},
  ...change,
});
async function adapted(examples: readonly (readonly number[])[], options = {}) {
  const model = adaptedNgrams(options);
  return model.open((await model.learn(input(examples), ports))!, null, ports);
}

describe('n-grams of everybody, adapted to a device', () => {
  it('are theirs where nothing was written here, and where nothing is taken over', async () => {
    const shared = await (await sharedNgrams().open(file, null, ports)).predict([1]);
    for (const open of [await adapted([]), await adapted([[5, 5, 5, 5]], { power: 0 })])
      for (const [id, value] of (await open.predict([1])).entries())
        expect(value).toBeCloseTo(shared[id]!, 6);
  });

  it('follow the formula of Kneser, Peters and Klakow', async () => {
    // 30 of class 5 after the first inputs, none of the others.
    const examples = Array.from({ length: 30 }, () => [2, 5]);
    const [prior, power] = [20, 0.5];
    const open = await adapted(examples, { prior, power });
    const shared = await sharedNgrams().open(file, null, ports);
    const [after, frequencies] = [await shared.predict([1]), await shared.predict([0])];
    const here = (id: number) => ((id === 5 ? 30 : 0) + prior * frequencies[id]!) / (30 + prior);
    const scaled = Array.from(after, (value, id) =>
      value > 0 ? value * (here(id) / frequencies[id]!) ** power : 0,
    );
    const sum = scaled.reduce((all, value) => all + value, 0);
    for (const [id, value] of (await open.predict([1])).entries())
      expect(value).toBeCloseTo(scaled[id]! / sum, 6);
    // Likelier after 1 as well, where it was never written here.
    expect((await open.predict([1]))[5]).toBeGreaterThan(1.5 * after[5]!);
  });

  it('answer an example as they predict at each of its questions', async () => {
    const open = await adapted([
      [2, 5],
      [1, 3],
    ]);
    const example = [1, 3, 5, 2];
    const predictions = await Promise.all([[1], [1, 3], [1, 3, 5]].map(asked => open.predict(asked)));
    expect([...(await open.answer(example))]).toEqual(predictions.flatMap(values => [...values]));
    expect(open.isShared).toBeUndefined();
  });

  it('are mixed in, count as personal, and are there after a restart', async () => {
    const storage = memoryStorage();
    const personal = () => [adaptedNgrams(), ngramCache()];
    const { hybrid, device, errors } = hybridOn({ personal: personal(), storage });
    device.newest = {
      ...stepping(1),
      ngrams: encodeNgrams(
        [1, 2, 3, 4, 5].map(id => ({ ids: [id, 1 + ((id + 1) % 5)], count: 100 })),
        { classes, firstClass: 1, threshold: 3 },
      ),
    };
    device.examples = steppingSequences(2, 40);
    await hybrid.learn();
    const { lambda, lambdas } = hybrid.report()!;
    expect(lambdas['adapted-ngrams']).toBeGreaterThan(0);
    expect(lambda).toBeCloseTo(lambdas['adapted-ngrams']! + lambdas['ngram-cache']!, 10);
    const { values } = await hybrid.predict([1]);
    const again = hybridOn({ personal: personal(), storage });
    again.device.newest = device.newest;
    expect((await again.hybrid.predict([1])).values).toEqual(values);
    expect(errors).toEqual([]);
  });

  it('of a version without any are those of the version before, with what was written since', async () => {
    const model = adaptedNgrams();
    const previous = (await model.learn(input([]), ports))!;
    const next = input(
      [
        [2, 5],
        [2, 5],
      ],
      { global: stepping(3), previous },
    );
    const open = await model.open((await model.learn(next, ports))!, null, ports);
    const before = await model.open(previous, null, ports);
    expect((await open.predict([1]))[5]).toBeGreaterThan((await before.predict([1]))[5]!);
    expect(await model.learn(input([], { global: stepping(3) }), ports)).toBeNull();
  });

  it('refuse bytes that are not theirs, and options out of range', async () => {
    const model = adaptedNgrams();
    const bytes = (await model.learn(input([[2, 5]]), ports))!;
    await expect(model.open(bytes.subarray(0, 7), null, ports)).rejects.toEqual(code('hybrid.damaged'));
    await expect(model.open(bytes.slice().fill(99, 4, 8), null, ports)).rejects.toEqual(
      code('hybrid.damaged'),
    );
    await expect(model.open(bytes.subarray(0, -1), null, ports)).rejects.toEqual(code('model.corrupt'));
    for (const options of [{ prior: 0 }, { prior: Number.NaN }, { power: -1 }, { power: 2 }])
      expect(() => adaptedNgrams(options)).toThrow(RangeError);
  });
});
