import { workerPredictor } from '@murmuration/coordinator/prediction/worker-predictor';
import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const running = () => new AbortController().signal;
const vocabulary = 7;

/** A next-token model, and what tfjs itself makes of a sequence. */
function tokenModel(seed: number) {
  const model = tf.sequential({
    layers: [
      tf.layers.embedding({
        inputDim: vocabulary,
        outputDim: 4,
        embeddingsInitializer: tf.initializers.randomNormal({ seed }),
      }),
      tf.layers.gru({
        units: 3,
        kernelInitializer: tf.initializers.glorotUniform({ seed }),
      }),
      tf.layers.dense({ units: vocabulary, kernelInitializer: tf.initializers.randomNormal({ seed }) }),
    ],
  });
  return { model, files: filesOf(model, seed) };
}

const filesOf = (model: tf.LayersModel, seed: number): ModelFiles => ({
  hash: String(seed).padStart(64, '0') as ModelHash,
  ...describeModel(model),
});

const logitsOf = (model: tf.LayersModel, input: readonly number[]) =>
  tf.tidy(() => (model.predict(tf.tensor2d([[...input]], undefined, 'int32')) as tf.Tensor).dataSync());

describe('a worker that predicts', () => {
  const serving = workerPredictor();
  let first: ReturnType<typeof tokenModel>;
  let second: ReturnType<typeof tokenModel>;

  beforeAll(async () => {
    await startBackend();
    first = tokenModel(1);
    second = tokenModel(2);
  });
  afterAll(() => serving.close());

  const ask = (files: ModelFiles, input: readonly number[], signal = running()) =>
    serving.predict(files.hash, async () => files, input, signal);

  it('gives the logits of the version that it is asked for, each input for itself', async () => {
    for (const { model, files } of [first, second, first])
      for (const input of [[1], [1, 2], [1, 2], [3, 2, 1]]) {
        const expected = logitsOf(model, input);
        const logits = await ask(files, input);
        expect(logits).toHaveLength(vocabulary);
        for (const [i, value] of logits.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
      }
  });

  it('reads a version once', async () => {
    let reads = 0;
    const files = async () => {
      reads += 1;
      return second.files;
    };
    for (let i = 0; i < 3; i++) await serving.predict(second.files.hash, files, [1], running());
    expect(reads).toBe(1);
  });

  it('PR3: refuses tokens that the model does not know without quoting them, and goes on', async () => {
    for (const token of [vocabulary, 0.5, -1])
      await expect(ask(first.files, [1, token])).rejects.toMatchObject({
        code: 'hybrid.input',
        detail: 'The model does not take this input.',
      });
    expect(await ask(first.files, [1])).toHaveLength(vocabulary);
  });

  it('predicts from features, and refuses another number of them', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    const files = filesOf(model, 3);
    const expected = tf.tidy(() => (model.predict(tf.tensor2d([[1, 2, 3]])) as tf.Tensor).dataSync());
    const logits = await ask(files, [1, 2, 3]);
    for (const [i, value] of logits.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
    await expect(ask(files, [1, 2])).rejects.toMatchObject({ code: 'hybrid.input' });
    model.dispose();
  });

  it('says so where the model can’t be loaded or read, and goes on with others', async () => {
    const broken = { ...first.files, hash: '9'.repeat(64) as ModelHash, topology: { class_name: 'Nothing' } };
    await expect(ask(broken, [1])).rejects.toMatchObject({ code: 'model.unusable' });
    const gone = async () => {
      throw new Error('gone');
    };
    await expect(serving.predict('8'.repeat(64) as ModelHash, gone, [1], running())).rejects.toThrow('gone');
    expect(await ask(first.files, [1])).toHaveLength(vocabulary);
  });

  it('leaves what is no longer waited for, and goes on', async () => {
    const stop = new AbortController();
    const one = ask(first.files, [1], stop.signal);
    const other = ask(first.files, [2], stop.signal);
    stop.abort(new Error('too late'));
    await expect(one).rejects.toThrow('too late');
    await expect(other).rejects.toThrow('too late');
    expect(await ask(first.files, [1])).toHaveLength(vocabulary);
  });
});
