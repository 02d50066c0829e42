import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import type { LearningInput, PersonalPorts } from '@murmuration/client-sdk/hybrid/personal';
import { PrivateLayers } from '@murmuration/client-sdk/private-layers/private-layers';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Serving } from '@murmuration/engine/inference/serving';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../../property-seed.ts';
import { classes, serving, steppingSequences, TableInference, TableTrainer } from './scene.ts';

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

describe('an n-gram cache of what no class stands for', () => {
  /** Tokens from `classes` on have no class: models read 0 in their place, and are never asked for them. */
  const open: Serving<readonly number[]> = {
    ...serving,
    input: asked => serving.input(asked).map(token => (token < classes ? token : 0)),
    questions(sequence) {
      const { input, targets } = serving.questions(sequence);
      return {
        input: input.map(token => (token < classes ? token : 0)),
        targets: targets.filter(target => target.class < classes),
      };
    },
    own: serving,
  };
  const openPorts = { ...ports, serving: open as Serving<unknown> };
  const [name, other] = [4_000_000_000, classes];
  const learned = async (examples: readonly unknown[]) => {
    const model = ngramCache();
    return model.open((await model.learn(input({ examples }), openPorts))!, null, openPorts);
  };

  it('says it where it came, and knows one from another in what came before', async () => {
    const cache = await learned(Array.from({ length: 20 }, () => [1, name, 2, 1, other, 3]));
    expect(cache.own!([1]).get(name)).toBeGreaterThan(0.3);
    expect(cache.own!([name, 2, 1]).get(other)).toBeGreaterThan(0.3);
    const [afterName, afterOther] = [await cache.predict([1, name]), await cache.predict([2, 1, other])];
    expect(afterName[2]).toBeGreaterThan(0.9);
    expect(afterOther[3]).toBeGreaterThan(0.9);
    // It knows both contexts alike; what has classes only knows the second one less.
    expect(cache.confidence!([1, name]) - cache.confidence!([name, 2])).toBe(4);
    // Asked of an example, which has questions for classes only.
    expect([...(await cache.answer([1, name, 2]))]).toEqual([...afterName]);
    expect(cache.confidences!([1, name, 2])).toEqual([cache.confidence!([1, name])]);
  });

  it('shares the sum 1 with the classes, whatever was typed', async () => {
    const token = fc.oneof(fc.integer({ min: 1, max: classes + 3 }), fc.constant(name));
    const typed = fc.array(fc.array(token, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(typed, fc.array(token, { minLength: 1, maxLength: 4 }), async (examples, asked) => {
        const cache = await learned(examples);
        const own = Array.from(cache.own!(asked));
        expect(own.every(([number, share]) => number >= classes && share > 0)).toBe(true);
        const values = [...(await cache.predict(asked)), ...own.map(([, share]) => share)];
        expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
        const again = await ngramCache().open(cache.bytes!(), null, openPorts);
        expect(again.own!(asked)).toEqual(cache.own!(asked));
      }),
    );
  });

  it('is none of the numbers of a task that has classes only', async () => {
    const bytes = (await learned([[1, name]])).bytes!();
    await expect(ngramCache().open(bytes, null, ports)).rejects.toEqual(code('hybrid.damaged'));
    expect((await ngramCache().open(ngramCache().empty!, null, ports)).own).toBeUndefined();
  });
});
