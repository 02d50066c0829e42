import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import type { LearningInput, PersonalPorts } from '@murmuration/client-sdk/hybrid/personal';
import { PrivateLayers } from '@murmuration/client-sdk/private-layers/private-layers';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';
import { serving, steppingSequences, TableInference, TableTrainer } from './scene.ts';

const ports = {
  serving,
  trainer: new TableTrainer(),
  inference: new TableInference(),
  privateLayers: new PrivateLayers(memoryStorage(), 'steps' as TaskName),
} as PersonalPorts;
const input = (change: Partial<LearningInput> = {}): LearningInput => ({
  examples: steppingSequences(2, 10),
  global: null,
  previous: null,
  signal: new AbortController().signal,
  progress: () => {},
  ...change,
});
const code = (code: string) => expect.objectContaining({ code });

describe('an n-gram cache', () => {
  it('is the same whether it saw the examples together or one by one', async () => {
    const model = ngramCache();
    const together = (await model.learn(input(), ports))!;
    const oneByOne = await model.open(model.empty!, null, ports);
    expect(oneByOne.isReady!()).toBe(false);
    for (const example of input().examples) oneByOne.observe!(example);
    expect(oneByOne.isReady!()).toBe(true);
    expect(oneByOne.bytes!()).toEqual(together);
  });

  it('answers an example as it predicts at each of its questions', async () => {
    const open = await ngramCache().open((await ngramCache().learn(input(), ports))!, null, ports);
    const example = [1, 3, 5, 2];
    const predictions = [[1], [1, 3], [1, 3, 5]].map(input => open.predict(input));
    expect([...(await open.answer(example))]).toEqual((await Promise.all(predictions)).flatMap(p => [...p]));
  });

  it('takes no more of the storage than its capacity', async () => {
    const bytes = await ngramCache({ capacity: 7 }).learn(input(), ports);
    expect(bytes).toHaveLength(4 + 7 * 16);
  });

  it('keeps what it knows where the app has no examples to show', async () => {
    const previous = (await ngramCache().learn(input(), ports))!;
    expect(await ngramCache().learn(input({ examples: [], previous }), ports)).toBe(previous);
  });

  it('refuses bytes that are cut, and classes that the task has not', async () => {
    const bytes = (await ngramCache().learn(input(), ports))!;
    await expect(ngramCache().open(bytes.slice(1), null, ports)).rejects.toEqual(code('hybrid.damaged'));
    await expect(ngramCache().open(bytes.slice().fill(99, 16, 20), null, ports)).rejects.toEqual(
      code('hybrid.damaged'),
    );
  });

  it('refuses bytes of another form, as an earlier version of the SDK left them', async () => {
    // Three numbers for each n-gram, and nothing before them.
    for (const ngrams of [1, 3, 4]) {
      const bytes = new Uint8Array(Uint32Array.from({ length: 3 * ngrams }, () => 1).buffer);
      await expect(ngramCache().open(bytes, null, ports)).rejects.toEqual(code('hybrid.damaged'));
    }
  });

  it('says more of what is new, and refuses options out of range', async () => {
    const [old, newest] = [
      Array.from({ length: 30 }, () => [1, 2]),
      Array.from({ length: 10 }, () => [1, 3]),
    ];
    const after = async (halfLife: number) => {
      const model = ngramCache({ halfLife });
      const bytes = (await model.learn(input({ examples: [...old, ...newest] }), ports))!;
      return (await model.open(bytes, null, ports)).predict([1]);
    };
    const [even, fading] = [await after(Number.POSITIVE_INFINITY), await after(5)];
    expect(even[2]).toBeGreaterThan(even[3]!);
    expect(fading[3]).toBeGreaterThan(fading[2]!);
    for (const options of [{ capacity: 0 }, { halfLife: 0 }, { halfLife: Number.NaN }])
      expect(() => ngramCache(options)).toThrow(RangeError);
  });

  it('says so where it is asked what the task does not take', async () => {
    const open = await ngramCache().open(ngramCache().empty!, null, ports);
    await expect(open.predict('text')).rejects.toEqual(code('hybrid.input'));
    await expect(open.predict([])).rejects.toEqual(code('hybrid.input'));
  });
});
