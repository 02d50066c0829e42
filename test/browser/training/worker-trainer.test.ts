import { workerTrainer } from '@murmuration/client-sdk/worker/worker-trainer';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  filesOf,
  lineModel,
  never,
  points,
  settings,
  silent,
  threadTrainerContract,
} from '../../contract/thread-trainer.ts';
import line from '../../unit/client-sdk/training/line.ts';
import { messages, vocabulary, words } from './words.ts';

let model: ModelFiles;
let wordModel: ModelFiles;

beforeAll(async () => {
  await tf.setBackend('cpu');
  model = lineModel();
  wordModel = filesOf(nextWordModel({ vocabulary: vocabulary.size, embedding: 5, gru: 6, dense: 4 }, 1));
});

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

  threadTrainerContract(lines);

  it('learns on WebAssembly where the worker names no backends of TensorFlow.js', async () => {
    const { path } = await lines.train(model, settings, points, never, silent);
    expect(path).toMatchObject({ engine: 'generic', backend: 'wasm' });
    expect(path!.reason).toContain('wasm');
  });

  it('learns the same on WebGL, or says that the browser has none', async () => {
    const graphics = workerTrainer(
      () => new Worker(new URL('./webgl-worker.ts', import.meta.url), { type: 'module' }),
    );
    const training = graphics.train(model, settings, points, never, silent);
    const result = await training.catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'engine.no-backend' });
      return null;
    });
    if (result) {
      expect(result.path).toMatchObject({ engine: 'generic', backend: 'webgl' });
      const here = tfjsTrainer(line);
      const expected = await here.train(model, settings, points, never, silent);
      await here.close();
      for (const [i, value] of result.delta.entries()) expect(value).toBeCloseTo(expected.delta[i]!, 3);
    }
    await graphics.close();
  });

  it('tells the page what to give in place of the name of a backend', async () => {
    const named = workerTrainer(
      () => new Worker(new URL('./named-worker.ts', import.meta.url), { type: 'module' }),
    );
    await expect(named.train(model, settings, points, never, silent)).rejects.toMatchObject({
      code: 'options.invalid',
      detail: expect.stringContaining('@murmuration/engine/webgl'),
    });
    await named.close();
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

  it('says so where the script of the worker does not run', async () => {
    const missing = workerTrainer(() => new Worker('/nowhere.js', { type: 'module' }));
    await expect(missing.train(model, settings, points, never, silent)).rejects.toMatchObject({
      code: 'training.module',
      detail: expect.stringMatching(/worker failed/),
    });
    const broken = workerTrainer(
      () => new Worker(URL.createObjectURL(new Blob(['throw new Error("broken")']))),
    );
    await expect(broken.train(model, settings, points, never, silent)).rejects.toMatchObject({
      code: 'training.module',
      detail: expect.stringMatching(/broken/),
    });
  });
});
