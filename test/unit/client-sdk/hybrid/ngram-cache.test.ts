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
    expect(bytes).toHaveLength(7 * 12);
  });

  it('keeps what it knows where the app has no examples to show', async () => {
    const previous = (await ngramCache().learn(input(), ports))!;
    expect(await ngramCache().learn(input({ examples: [], previous }), ports)).toBe(previous);
  });

  it('refuses bytes that are cut, and classes that the task has not', async () => {
    const bytes = (await ngramCache().learn(input(), ports))!;
    await expect(ngramCache().open(bytes.slice(1), null, ports)).rejects.toEqual(code('hybrid.damaged'));
    await expect(ngramCache().open(bytes.fill(99, 8, 12), null, ports)).rejects.toEqual(
      code('hybrid.damaged'),
    );
  });

  it('says so where it is asked what the task does not take', async () => {
    const open = await ngramCache().open(ngramCache().empty!, null, ports);
    await expect(open.predict('text')).rejects.toEqual(code('hybrid.input'));
    await expect(open.predict([])).rejects.toEqual(code('hybrid.input'));
  });
});
