import { tfjsTrainer } from '@murmuration/client-sdk/training/tfjs-trainer';
import { workerTrainer } from '@murmuration/client-sdk/worker/worker-trainer';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { describeModel } from '@murmuration/engine/model';
import * as tf from '@murmuration/engine/tf';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import line from '../../unit/client-sdk/training/line.ts';
import { messages, vocabulary, words } from './words.ts';

const settings: TrainingSettings = {
  epochs: 1,
  batchSize: 2,
  learningRate: 0.1,
  proximal: 0,
  gradientClip: null,
  maxExamples: 100,
  seed: 1,
};
const never = new AbortController().signal;
const silent = () => {};
/** y = 2x + 1 at 20 places. */
const points = Array.from({ length: 20 }, (_, i) => [i / 10 - 1, 2 * (i / 10 - 1) + 1] as const);

function filesOf(model: tf.LayersModel): ModelFiles {
  const { topology, layout, weights } = describeModel(model);
  model.dispose();
  return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
}

let lineModel: ModelFiles;
let wordModel: ModelFiles;

beforeAll(async () => {
  await tf.setBackend('cpu');
  lineModel = filesOf(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }));
  wordModel = filesOf(nextWordModel({ vocabulary: vocabulary.size, embedding: 5, gru: 6, dense: 4 }, 1));
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MurmurationError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('training in a Web Worker', () => {
  const lines = workerTrainer(
    () => new Worker(new URL('./line-worker.ts', import.meta.url), { type: 'module' }),
  );
  const sentences = workerTrainer(
    () => new Worker(new URL('./words-worker.ts', import.meta.url), { type: 'module' }),
  );
  afterAll(async () => {
    await lines.close();
    await sentences.close();
  });

  it('learns on the fastest backend of TensorFlow.js what the page itself would learn, and tells how far it is', async () => {
    const heard: number[] = [];
    const result = await lines.train(lineModel, settings, points, never, done => heard.push(done));
    const here = tfjsTrainer(line);
    const expected = await here.train(lineModel, settings, points, never, silent);
    await here.close();
    expect(result.examples).toBe(20);
    expect(result.path).toMatchObject({
      engine: 'generic',
      backend: expect.stringMatching(/wasm|webgl|webgpu/),
    });
    expect(result.path!.reason).toContain('wasm');
    for (const [i, value] of result.delta.entries()) expect(value).toBeCloseTo(expected.delta[i]!, 4);
    expect(heard).toHaveLength(10);
    expect(heard.at(-1)).toBeCloseTo(1, 10);
  });

  it('learns the same on WebGL, or says that the browser has none', async () => {
    const graphics = workerTrainer(
      () => new Worker(new URL('./webgl-worker.ts', import.meta.url), { type: 'module' }),
    );
    const training = graphics.train(lineModel, settings, points, never, silent);
    const result = await training.catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'engine.no-backend' });
      return null;
    });
    if (result) {
      expect(result.path).toMatchObject({ engine: 'generic', backend: 'webgl' });
      const here = tfjsTrainer(line);
      const expected = await here.train(lineModel, settings, points, never, silent);
      await here.close();
      for (const [i, value] of result.delta.entries()) expect(value).toBeCloseTo(expected.delta[i]!, 3);
    }
    await graphics.close();
  });

  it('learns on the fused kernels without any file of TensorFlow.js, to the same bytes', async () => {
    const result = await sentences.train(wordModel, settings, messages, never, silent);
    const here = tfjsTrainer(words);
    const expected = await here.train(wordModel, settings, messages, never, silent);
    await here.close();
    expect(result.path).toMatchObject({ engine: 'fused' });
    expect(result.delta).toEqual(expected.delta);
    expect(Math.max(...result.delta.map(Math.abs))).toBeGreaterThan(0);
  });

  it('keeps the codes of errors, and says what an app of no code threw', async () => {
    const train = (model: ModelFiles, examples: readonly unknown[]) =>
      lines.train(model, settings, examples, never, silent);
    expect(await codeOf(train(lineModel, []))).toBe('training.no-examples');
    expect(await codeOf(train({ ...lineModel, topology: {} }, points))).toBe('model.unusable');
    await expect(train(lineModel, [[666, 0]])).rejects.toMatchObject({
      code: 'training.failed',
      detail: 'Training on this device failed: a bug of the app',
    });
  });

  it('stops the training that it is told to, and no other', async () => {
    const abort = new AbortController();
    const endless = { ...settings, epochs: 10_000, batchSize: 1 };
    const stopped = lines.train(lineModel, endless, points, abort.signal, () => abort.abort());
    const next = lines.train(lineModel, settings, points, never, silent);
    expect(await codeOf(stopped)).toBe('training.stopped');
    expect((await next).examples).toBe(20);
    expect(await codeOf(lines.train(lineModel, settings, points, abort.signal, silent))).toBe(
      'training.stopped',
    );
  });

  it('ends what is under way when it is closed, and starts again after that', async () => {
    const endless = { ...settings, epochs: 10_000, batchSize: 1 };
    const ended = lines.train(lineModel, endless, points, never, () => void lines.close());
    expect(await codeOf(ended)).toBe('training.stopped');
    expect((await lines.train(lineModel, settings, points, never, silent)).examples).toBe(20);
  });

  it('says so where the script of the worker does not run', async () => {
    const missing = workerTrainer(() => new Worker('/nowhere.js', { type: 'module' }));
    await expect(missing.train(lineModel, settings, points, never, silent)).rejects.toMatchObject({
      code: 'training.failed',
      detail: expect.stringMatching(/worker failed/),
    });
    const broken = workerTrainer(
      () => new Worker(URL.createObjectURL(new Blob(['throw new Error("broken")']))),
    );
    await expect(broken.train(lineModel, settings, points, never, silent)).rejects.toMatchObject({
      code: 'training.failed',
      detail: expect.stringMatching(/broken/),
    });
  });
});
