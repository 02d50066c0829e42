import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import { valuesWithin } from '@murmuration/engine/runtime/intermediates';
import { loadLayers } from '@murmuration/engine/runtime/layers-model';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => {
  await startBackend();
});

/** Rows of any length, each step of which becomes `width` values between the input and its one number. */
function wide(width: number): tf.LayersModel {
  const x = tf.input({ shape: [null, 1], name: 'x' });
  const between = tf.layers.dense({ units: width, useBias: false, kernelInitializer: 'ones' }).apply(x);
  const inner = tf.sequential({
    layers: [tf.layers.activation({ activation: 'relu', inputShape: [null, width] })],
  });
  const pooled = tf.layers.globalMaxPooling1d({ name: 'y' }).apply(inner.apply(between)) as tf.SymbolicTensor;
  return tf.model({ inputs: x, outputs: tf.layers.add().apply([pooled, pooled]) as tf.SymbolicTensor });
}

const rows = (count: number, steps: number): Tensor => ({
  name: 'x',
  datatype: 'FP32',
  shape: [count, steps, 1],
  data: Float32Array.from({ length: count * steps }, (_, at) => 1 + Math.floor(at / steps)),
});

async function opened(model: tf.LayersModel) {
  const described = describeModel(model);
  model.dispose();
  return loadLayers(described);
}

describe('what a model keeps while it answers', () => {
  it('is known from the shapes that its layers give, those of models in it too', () => {
    const model = wide(64);
    expect(valuesWithin(model, [[1, 10, 1]])).toBe(2 * 640 + 2 * 64);
    expect(valuesWithin(model, [[3, 10, 1]])).toBe(3 * (2 * 640 + 2 * 64));
    model.dispose();
  });

  it('is bounded: a row that would take more is refused, and the model goes on', async () => {
    const loaded = await opened(wide(64));
    await expect(loaded.run([rows(1, 1_000_000)])).rejects.toMatchObject({
      code: 'inference.input',
      detail: expect.stringMatching(/would keep 128000128 values/),
    });
    const [answer] = await loaded.run([rows(2, 3)]);
    expect(answer!.data).toEqual(Float32Array.from({ length: 128 }, (_, at) => (at < 64 ? 2 : 4)));
    await loaded.close();
  });

  it('is kept small by answering many rows in parts, the same as together', async () => {
    const loaded = await opened(wide(1024));
    const count = 70;
    const [answer] = await loaded.run([rows(count, 1_000)]);
    expect(answer!.shape).toEqual([count, 1024]);
    expect(answer!.data).toEqual(
      Float32Array.from({ length: count * 1024 }, (_, at) => 2 * (1 + Math.floor(at / 1024))),
    );
    await loaded.close();
  });

  it('is no more than 65,536 steps of layers that go through them one by one', async () => {
    const x = tf.input({ shape: [null, 1], name: 'x' });
    const last = tf.layers.simpleRNN({ units: 1, name: 'y' }).apply(x) as tf.SymbolicTensor;
    const loaded = await opened(tf.model({ inputs: x, outputs: last }));
    await expect(loaded.run([rows(1, 65_537)])).rejects.toMatchObject({
      code: 'inference.input',
      detail: expect.stringMatching(/65537 steps/),
    });
    await loaded.close();
  });
});
