import { firstTrainer, type NamedTrainer } from '@murmuration/client-sdk/training/first-trainer';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { TrainingPath, TrainingResult } from '@murmuration/engine/training/trainer';
import { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
import { describe, expect, it } from 'vitest';

const result: TrainingResult = { delta: Float32Array.of(1), examples: 1, metrics: {} };

/** Which have trained, and which were closed. */
class Ways {
  readonly tried: string[] = [];
  readonly closed: string[] = [];

  way(name: string, outcome: ErrorCode | TrainingPath | undefined, missing?: string): NamedTrainer {
    const trainer: Trainer = {
      train: async () => {
        this.tried.push(name);
        if (typeof outcome === 'string') throw new MurmurationError(outcome);
        return outcome ? { ...result, path: outcome } : result;
      },
      close: async () => void this.closed.push(name),
    };
    return { name, trainer, ...(missing !== undefined && { missing: async () => missing }) };
  }
}

const train = (trainers: NamedTrainer[], signal = new AbortController().signal) =>
  firstTrainer(trainers).train({} as never, {} as never, [], signal, () => {});

describe('the first of several ways to train', () => {
  it('is taken where it is there, and the event says so', async () => {
    const ways = new Ways();
    const path = { engine: 'fused', reason: 'the kernels know it' } as const;
    const { path: told } = await train([ways.way('a web view', path), ways.way('kernels', path)]);
    expect(ways.tried).toEqual(['a web view']);
    expect(told).toEqual({ engine: 'fused', reason: 'a web view: the kernels know it' });
  });

  it('makes room where it is missing or fails, and the event says why', async () => {
    const ways = new Ways();
    const { path } = await train([
      ways.way('a web view', 'training.no-answer'),
      ways.way('kernels', undefined, 'Hermes is too old'),
      ways.way("the app's own trainer", undefined),
    ]);
    expect(ways.tried).toEqual(['a web view', "the app's own trainer"]);
    expect(path).toEqual({
      engine: 'own',
      reason:
        "the app's own trainer; not a web view: What trains on this device does not answer; not kernels: Hermes is too old",
    });
  });

  it('fails as the last one does, with what was in the way of all', async () => {
    const ways = new Ways();
    const run = train([ways.way('a', 'training.bridge'), ways.way('b', 'training.no-memory')]);
    await expect(run).rejects.toMatchObject({
      code: 'training.no-memory',
      detail: expect.stringMatching(/^a: .*; b: /),
    });
    await expect(train([ways.way('c', undefined, 'it is missing')])).rejects.toMatchObject({
      code: 'training.unsupported',
      detail: 'c: it is missing',
    });
  });

  it.each<ErrorCode>(['training.stopped', 'training.no-examples'])(
    'leaves %s to no other, which would begin what was stopped, or meet the same',
    async code => {
      const ways = new Ways();
      await expect(train([ways.way('a', code), ways.way('b', undefined)])).rejects.toMatchObject({ code });
      expect(ways.tried).toEqual(['a']);
    },
  );

  it('begins none once it is stopped, whatever the one before says', async () => {
    const ways = new Ways();
    const stop = new AbortController();
    stop.abort();
    await expect(train([ways.way('a', undefined)], stop.signal)).rejects.toMatchObject({
      code: 'training.stopped',
    });
    expect(ways.tried).toEqual([]);
  });

  it('closes all, and has one at least', async () => {
    const ways = new Ways();
    await firstTrainer([ways.way('a', undefined), ways.way('b', undefined)]).close();
    expect(ways.closed).toEqual(['a', 'b']);
    expect(() => firstTrainer([])).toThrow(expect.objectContaining({ code: 'options.invalid' }));
  });
});
