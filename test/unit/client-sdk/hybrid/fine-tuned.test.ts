import { fineTuned } from '@murmuration/client-sdk/hybrid/fine-tuned';
import type { LearningInput, PersonalPorts } from '@murmuration/client-sdk/hybrid/personal';
import { PrivateLayers } from '@murmuration/client-sdk/private-layers/private-layers';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';
import { serving, stepping, TableInference, TableTrainer } from './scene.ts';

const input = (change: Partial<LearningInput> = {}): LearningInput => ({
  examples: [[1, 4, 1, 4, 1, 4, 1, 4]],
  global: stepping(1),
  previous: null,
  signal: new AbortController().signal,
  progress: () => {},
  ...change,
});
const code = (code: string) => expect.objectContaining({ code });

function portsWith(
  train: Trainer['train'] = new TableTrainer().train.bind(new TableTrainer()),
): PersonalPorts {
  return {
    serving,
    trainer: { train, close: async () => {} },
    inference: new TableInference(),
    privateLayers: new PrivateLayers(memoryStorage(), 'steps' as TaskName),
  } as PersonalPorts;
}

describe('a fine-tuned copy', () => {
  it('is the global model with what training changed, and serves without that model', async () => {
    const bytes = (await fineTuned().learn(input(), portsWith()))!;
    const open = await fineTuned().open(bytes, null, portsWith());
    const values = await open.predict([1]);
    expect(values.indexOf(Math.max(...values))).toBe(4);
    const untouched = await open.predict([3]);
    expect(untouched.indexOf(Math.max(...untouched))).toBe(4);
  });

  it('trains by the settings of the app, with a proximal pull and a mean of all steps by default', async () => {
    const seen: unknown[] = [];
    const ports = portsWith(async ({ weights }, settings) => {
      seen.push(settings);
      return { delta: new Float32Array(weights.length), examples: 1, metrics: {} };
    });
    await fineTuned({ epochs: 7, learningRate: 0.125 }).learn(input(), ports);
    expect(seen).toEqual([
      expect.objectContaining({ epochs: 7, learningRate: 0.125, batchSize: 8, average: 1 }),
    ]);
    expect((seen[0] as { proximal: number }).proximal).toBeGreaterThan(0);
  });

  it('keeps what it had without a global model, and without examples', async () => {
    const previous = Uint8Array.of(1, 2, 3);
    expect(await fineTuned().learn(input({ previous, global: null }), portsWith())).toBe(previous);
    expect(await fineTuned().learn(input({ previous, examples: [] }), portsWith())).toBe(previous);
  });

  it('refuses a training that diverged, and a delta of another length', async () => {
    const nan = portsWith(async ({ weights }) => ({
      delta: new Float32Array(weights.length).fill(Number.NaN),
      examples: 1,
      metrics: {},
    }));
    await expect(fineTuned().learn(input(), nan)).rejects.toEqual(code('training.failed'));
    const short = portsWith(async () => ({ delta: new Float32Array(1), examples: 1, metrics: {} }));
    await expect(fineTuned().learn(input(), short)).rejects.toEqual(code('training.failed'));
  });

  it('passes on that training was stopped', async () => {
    const stopped = portsWith(async () => {
      throw new MurmurationError('training.stopped');
    });
    await expect(fineTuned().learn(input(), stopped)).rejects.toEqual(code('training.stopped'));
  });

  it('refuses bytes that are no model', async () => {
    const bytes = (await fineTuned().learn(input(), portsWith()))!;
    bytes[bytes.length - 1]! ^= 1;
    for (const damaged of [bytes, new Uint8Array(3)])
      await expect(fineTuned().open(damaged, null, portsWith())).rejects.toEqual(code('hybrid.damaged'));
  });
});
