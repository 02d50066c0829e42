import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { workerTrainer } from '@murmuration/client-sdk/worker/thread-trainer';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import objective, { vocabulary } from './next-word.ts';

const settings = {
  epochs: 2,
  batchSize: 8,
  learningRate: 0.5,
  proximal: 0,
  gradientClip: 1,
  maxExamples: 100,
  seed: 1,
} as const;
const examples = Array.from({ length: 24 }, (_, i) => `${['aa', 'b', 'cjd', 'd'][i % 4]} bc ${'fgh'[i % 3]}`);
const never = new AbortController().signal;

let model: ModelFiles;
beforeAll(async () => {
  await tf.setBackend('cpu');
  const made = nextWordModel({ vocabulary: vocabulary.size, embedding: 24, gru: 24, dense: 20 }, 1);
  const { topology, layout, weights } = describeModel(made);
  made.dispose();
  model = { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
});

const train = (trainer: Trainer, signal = never, progress = (_: number) => {}) =>
  trainer.train(model, settings, examples, signal, progress);

/** The helpers that this process has started. */
let helpers: Worker[];
const count = (worker: Worker) => helpers.push(worker);
beforeEach(() => {
  helpers = [];
  process.on('worker', count);
});
afterEach(() => {
  process.off('worker', count);
  vi.unstubAllGlobals();
});

async function alone() {
  const trainer = tfjsTrainer(objective);
  const result = await train(trainer);
  await trainer.close();
  return result;
}

describe('a trainer of several threads', () => {
  it('makes the update of one, says how many there are, and ends them with itself', async () => {
    const one = await alone();
    expect(helpers).toHaveLength(0);
    const trainer = tfjsTrainer(objective, { threads: 3 });
    const { path, ...result } = await train(trainer);
    expect(path).toEqual({
      engine: 'fused',
      reason: 'the fused kernels know all layers and the loss; 3 threads share the work',
    });
    expect(result).toEqual({ delta: one.delta, examples: one.examples, metrics: one.metrics });
    expect(helpers).toHaveLength(2);
    await train(trainer);
    expect(helpers).toHaveLength(2);
    await trainer.close();
    expect(helpers.map(({ threadId }) => threadId)).toEqual([-1, -1]);
  });

  it('does the same in a worker thread', async () => {
    const one = await alone();
    const trainer = workerTrainer(new URL('./next-word.ts', import.meta.url), { threads: 2 });
    const { delta, path } = await train(trainer);
    await trainer.close();
    expect(path?.reason).toContain('2 threads share the work');
    expect(delta).toEqual(one.delta);
  });

  it('keeps its worker thread from one round to the next, and ends it when it is closed', async () => {
    const trainer = workerTrainer(new URL('./next-word.ts', import.meta.url));
    const first = await train(trainer);
    // Whatever the pool would do with an idle thread comes before this.
    await setTimeout(1);
    await expect(trainer.train(model, settings, [], never, () => {})).rejects.toMatchObject({
      code: 'training.no-examples',
    });
    await setTimeout(1);
    expect((await train(trainer)).delta).toEqual(first.delta);
    expect(helpers).toHaveLength(1);
    await trainer.close();
    expect(helpers.map(({ threadId }) => threadId)).toEqual([-1]);
    expect((await train(trainer)).delta).toEqual(first.delta);
    expect(helpers).toHaveLength(2);
    await trainer.close();
  });

  it('trains as ever after a training that was stopped', async () => {
    const one = await alone();
    const trainer = tfjsTrainer(objective, { threads: 2 });
    const stop = new AbortController();
    const stopped = train(trainer, stop.signal, () => stop.abort());
    await expect(stopped).rejects.toMatchObject({ code: 'training.stopped' });
    expect((await train(trainer)).delta).toEqual(one.delta);
    await trainer.close();
  });

  it.each([
    ['without memory to share', 'SharedArrayBuffer', undefined, 'there is no SharedArrayBuffer'],
    [
      'where it may not wait',
      'Atomics',
      {
        wait() {
          throw new TypeError('Atomics.wait cannot be called in this context');
        },
      },
      'may not wait for others',
    ],
  ])('is one thread %s, and says so', async (_, name, value, why) => {
    const one = await alone();
    vi.stubGlobal(name, value);
    const trainer = tfjsTrainer(objective, { threads: 2 });
    const { delta, path } = await train(trainer);
    await trainer.close();
    expect(path).toMatchObject({ engine: 'fused' });
    expect(path?.reason).toContain('; one thread works instead of 2: ');
    expect(path?.reason).toContain(why);
    expect(delta).toEqual(one.delta);
    expect(helpers).toHaveLength(0);
  });

  it.each([
    [
      'helpers, closed or not',
      [
        '--input-type=module',
        '--eval',
        `
      import { createSharedWorkspace } from '@murmuration/engine/fused/web-assembly';
      const [closed, left] = [await createSharedWorkspace(2), await createSharedWorkspace(3)];
      await closed.close();
      console.log('done');
    `,
      ],
    ],
    [
      'a worker thread that waits for the next round',
      [fileURLToPath(new URL('./train-once.ts', import.meta.url))],
    ],
  ])('keeps no process alive by %s', async (_, program) => {
    const options = ['--import', './scripts/sources.mjs', '--conditions=murmuration-source', ...program];
    const root = fileURLToPath(new URL('../../../../', import.meta.url));
    const child = spawn(process.execPath, options, { cwd: root });
    let output = '';
    child.stdout.on('data', chunk => {
      output += chunk;
    });
    child.stderr.on('data', chunk => {
      output += chunk;
    });
    const [code] = await once(child, 'close');
    expect(output.split('\n').slice(-2)).toEqual(['done', '']);
    expect(code).toBe(0);
  });
});

describe('a module that trains nothing', () => {
  const files: ModelFiles = {
    hash: '' as never,
    topology: {},
    layout: null as never,
    weights: new Float32Array(),
  };
  const trains = async (module: URL) => {
    const trainer = workerTrainer(module);
    try {
      return await trainer.train(files, settings, examples, never, () => {});
    } finally {
      await trainer.close();
    }
  };

  it.each([
    ['is not there', new URL('nowhere.ts', import.meta.url), /nowhere\.ts does not load/],
    ['has no default export', new URL('data:text/javascript,export const a = 1'), /no objective/],
    [
      'exports something else',
      new URL('data:text/javascript,export default {encode(){}}'),
      /"encode" and "loss"/,
    ],
  ])('is named by its error, where it %s', async (_, module, detail) => {
    await expect(trains(module)).rejects.toMatchObject({
      code: 'training.module',
      detail: expect.stringMatching(detail),
    });
  });
});
