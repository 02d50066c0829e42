import type { Predictor } from '@murmuration/coordinator/prediction/predictor';
import { RemotePredictions } from '@murmuration/coordinator/prediction/remote-predictions';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { limitsSchema } from '@murmuration/rounds/limits/limits';
import { Registry } from '@murmuration/rounds/registry/registry';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { describe, expect, it } from 'vitest';
import { layout } from '../federation.ts';

const line = 'line' as TaskName;

/**
 * A checkIns for one task that offers predictions and one that does not, with two versions of the first, which can be looked up once `found`
 * has resolved.
 */
async function open(serving: Partial<Predictor> = {}, predictions = 2, found = Promise.resolve()) {
  const clock = new VirtualClock();
  const history = memoryHistory();
  const registry = new Registry(memoryBlobs(), history);
  const asked: { readonly model: ModelHash; readonly input: readonly number[] }[] = [];
  const models: ModelHash[] = [];
  for (const number of [0, 1]) {
    const { hash } = await registry.store({}, layout, new Float32Array(layout.count).fill(number));
    const version = { model: hash, task: line, number, parent: null, round: null, strategy: 'fedAvg' };
    await history.commit({
      head: {
        version: { ...version, planVersion: 1, contributors: 0, metrics: null, createdAt: 0 },
        state: {},
      },
    });
    models.push(hash);
  }
  let closed = 0;
  const answering: Predictor = {
    async predict(model, files, input) {
      asked.push({ model: (await files()).hash, input });
      expect(model).toBe(asked.at(-1)!.model);
      return Float32Array.of(1, 2);
    },
    async close() {
      closed += 1;
    },
    ...serving,
  };
  const limits = { ...limitsSchema.parse({}), predictions };
  const servings = new Map<TaskName, Predictor | null>([
    [line, answering],
    ['quiet' as TaskName, null],
  ]);
  const slow = {
    ...history,
    async versions(...args: Parameters<typeof history.versions>) {
      await found;
      return history.versions(...args);
    },
  };
  const checkIns = new RemotePredictions(servings, {
    registry,
    history: slow,
    champion: () => models[0]!,
    clock,
    limits,
  });
  const ask = (change: object = {}) =>
    checkIns.answer({ task: line, version: 'latest', input: [3, 4], ...change });
  return { checkIns, ask, asked, models, clock, closed: () => closed };
}

describe('the checkIns of predictions', () => {
  it('PR1: asks the newest version, and says which one that is', async () => {
    const { ask, asked, models } = await open();
    const { model, logits } = await ask();
    expect(model).toBe(models[1]);
    expect([...new Float32Array(logits.slice().buffer)]).toEqual([1, 2]);
    expect(asked).toEqual([{ model: models[1], input: [3, 4] }]);
  });

  it('PR1: asks the version that devices serve, where that is what it is asked for', async () => {
    const { ask, models } = await open();
    expect((await ask({ version: 'champion' })).model).toBe(models[0]);
  });

  it.each([
    [{ task: 'quiet' }, 'prediction.not-offered'],
    [{ task: 'nothing' }, 'task.unknown'],
    [{ version: 'none' }, 'model.missing'],
  ])('PR1: refuses %j with %s, without asking the model', async (change, code) => {
    const { ask, asked } = await open();
    await expect(ask(change)).rejects.toMatchObject({ code });
    expect(asked).toEqual([]);
    await ask();
  });

  it('PR2: refuses those who find too many before them, and takes the next once one is answered', async () => {
    const answers: (() => void)[] = [];
    const { ask } = await open({
      predict: () => new Promise(resolve => answers.push(() => resolve(Float32Array.of(1)))),
    });
    const waiting = [ask(), ask()];
    await expect(ask()).rejects.toMatchObject({ code: 'prediction.too-many', retryable: true, after: 1_000 });
    await new Promise(setImmediate);
    for (const answer of answers.splice(0)) answer();
    await Promise.all(waiting);
    const next = ask();
    await new Promise(setImmediate);
    for (const answer of answers) answer();
    await next;
  });

  it('gives up what takes too long, tells whoever works on it, and has a place again', async () => {
    let reason: unknown;
    const { ask, clock } = await open({
      predict: (_, __, ___, signal) =>
        new Promise(() => signal.addEventListener('abort', () => (reason = signal.reason))),
    });
    for (let i = 0; i < 3; i++) {
      const late = expect(ask()).rejects.toMatchObject({ code: 'prediction.timeout', retryable: true });
      await new Promise(setImmediate);
      await clock.advance(15_000);
      await late;
    }
    expect(reason).toMatchObject({ code: 'prediction.timeout' });
  });

  it('gives up as well while the version is still looked up, and asks no model any more', async () => {
    let find = () => {};
    const { ask, asked, clock } = await open(
      {},
      2,
      new Promise(resolve => {
        find = resolve;
      }),
    );
    const outcome = ask().catch(error => error);
    await new Promise(setImmediate);
    await clock.advance(15_000);
    await new Promise(setImmediate);
    expect(await outcome).toMatchObject({ code: 'prediction.timeout' });
    find();
    await new Promise(setImmediate);
    expect(asked).toEqual([]);
  });

  it('passes on what the model refuses, and has a place again', async () => {
    const { ask } = await open({
      predict: async () => {
        throw new MurmurationError('hybrid.input');
      },
    });
    for (let i = 0; i < 3; i++) await expect(ask()).rejects.toMatchObject({ code: 'hybrid.input' });
  });

  it('closes what serves its tasks', async () => {
    const { checkIns, closed } = await open();
    await checkIns.close();
    expect(closed()).toBe(1);
  });
});
