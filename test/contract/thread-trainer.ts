import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import { contentHash, encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { beforeAll, expect, it } from 'vitest';
import line from '../unit/client-sdk/training/line.ts';

export const settings: TrainingSettings = {
  epochs: 1,
  batchSize: 2,
  learningRate: 0.1,
  proximal: 0,
  gradientClip: null,
  maxExamples: 100,
  seed: 1,
};
export const never = new AbortController().signal;
export const silent = () => {};
/** y = 2x + 1 at 20 places. */
export const points = Array.from({ length: 20 }, (_, i) => [i / 10 - 1, 2 * (i / 10 - 1) + 1] as const);

/** A model with these weights, or its own; disposes of it. */
export function filesOf(model: tf.LayersModel, own?: Float32Array): ModelFiles {
  const { topology, layout, weights: initial } = describeModel(model);
  model.dispose();
  const weights = own ?? initial;
  return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
}

/** One dense layer, that begins with y = 0.5x − 0.25. */
export function lineModel(): ModelFiles {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  return filesOf(model, Float32Array.of(0.5, -0.25));
}

/** What every trainer on another thread of the app has to keep, as tests of the suite around it; `trainer` learns the objective of `line.ts`. */
export function threadTrainerContract(trainer: Trainer): void {
  let model: ModelFiles;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    model = lineModel();
  });

  it('learns what this thread would, and tells how far it is', async () => {
    const heard: number[] = [];
    const { delta, examples } = await trainer.train(model, settings, points, never, done => heard.push(done));
    const here = tfjsTrainer(line);
    const expected = await here.train(model, settings, points, never, silent);
    await here.close();
    expect(examples).toBe(20);
    for (const [i, value] of delta.entries()) expect(value).toBeCloseTo(expected.delta[i]!, 4);
    expect(heard).toHaveLength(10);
    expect(heard.at(-1)).toBeCloseTo(1, 10);
  });

  it('keeps the codes of errors, and says what an app of no code threw', async () => {
    const train = (changed: ModelFiles, examples: readonly unknown[]) =>
      trainer.train(changed, settings, examples, never, silent);
    await expect(train(model, [])).rejects.toMatchObject({ code: 'training.no-examples' });
    await expect(train({ ...model, topology: {} }, points)).rejects.toMatchObject({
      code: 'model.unusable',
    });
    await expect(train(model, [[666, 0]])).rejects.toMatchObject({
      code: 'training.failed',
      detail: 'Training on this device failed: a bug of the app',
    });
  });

  it('stops the training that it is told to, and no other', async () => {
    const abort = new AbortController();
    const endless = { ...settings, epochs: 10_000, batchSize: 1 };
    const stopped = trainer.train(model, endless, points, abort.signal, () => abort.abort());
    const next = trainer.train(model, settings, points, never, silent);
    await expect(stopped).rejects.toMatchObject({ code: 'training.stopped' });
    expect((await next).examples).toBe(20);
    await expect(trainer.train(model, settings, points, abort.signal, silent)).rejects.toMatchObject({
      code: 'training.stopped',
    });
  });

  it('ends what is under way when it is closed, and starts again after that', async () => {
    const endless = { ...settings, epochs: 10_000, batchSize: 1 };
    const ended = trainer.train(model, endless, points, never, () => void trainer.close());
    await expect(ended).rejects.toMatchObject({ code: 'training.stopped' });
    expect((await trainer.train(model, settings, points, never, silent)).examples).toBe(20);
  });

  it('tells nothing more of a training that has ended, however much is on its way', async () => {
    const endless = { ...settings, epochs: 10_000, batchSize: 1 };
    let heard = 0;
    const ended = trainer.train(model, endless, points, never, () => {
      heard += 1;
      if (heard > 1) return;
      // While this thread is busy, the other one goes on telling.
      contentHash(new Uint8Array(8_000_000));
      void trainer.close();
    });
    await expect(ended).rejects.toMatchObject({ code: 'training.stopped' });
    const before = heard;
    await trainer.train(model, settings, points, never, silent);
    expect(heard).toBe(before);
  });
}
