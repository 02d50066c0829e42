import { describeModel } from '@murmuration/engine/models/model';
import { storeModel } from '@murmuration/engine/models/stored-weights';
import { openPackaged } from '@murmuration/engine/packaged/browser';
import type { ModelAnswer, ModelValues } from '@murmuration/engine/packaged/packaged';
import * as tf from '@murmuration/engine/tfjs/tf';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { describe, expect, it } from 'vitest';

type Inputs = Record<string, ModelValues<Float32Array>>;
type Outputs = Record<string, ModelAnswer<Float32Array>>;

/** Where a page would find the two files of a package. */
async function packaged(model: tf.LayersModel) {
  const stored = storeModel(describeModel(model), 'float32');
  const place = (bytes: Uint8Array) => new URL(URL.createObjectURL(new Blob([bytes.slice()])));
  return {
    json: place(stored.json),
    weights: place(stored.weights),
    sha256: { json: contentHash(stored.json), weights: contentHash(stored.weights) },
  };
}

describe('the model of a package on a page', () => {
  it.each([
    ['on the fused kernels', tf.layers.dense({ units: 2, inputShape: [3] }), {}],
    ['on WebAssembly', tf.layers.dense({ units: 2, inputShape: [3], activation: 'mish' }), { wasmPath: '/' }],
  ] as const)('answers %s as TensorFlow.js does', async (_, layer, options) => {
    await tf.setBackend('cpu');
    const model = tf.sequential({ layers: [layer] });
    const values = [[0.5, -1, 2]];
    const theirs = (model.predict(tf.tensor(values)) as tf.Tensor).dataSync();
    const opened = await openPackaged<Inputs, Outputs>(await packaged(model), options);
    const [output] = opened.outputs;
    const answers = await opened.predict({ [opened.inputs[0]?.name ?? '']: values });
    const answer = answers[output?.name ?? ''];
    expect(answer?.shape).toEqual([1, 2]);
    for (const [at, value] of theirs.entries()) expect(answer?.data[at]).toBeCloseTo(value, 5);
    await opened.close();
  });

  it('says what to give for a model that the fused kernels do not know', async () => {
    const layer = tf.layers.dense({ units: 2, inputShape: [3], activation: 'mish' });
    await expect(openPackaged(await packaged(tf.sequential({ layers: [layer] })))).rejects.toMatchObject({
      code: 'engine.no-backend',
      detail: expect.stringMatching(/wasmPath.*@murmuration\/engine\/webgl/),
    });
  });

  it('says which file does not load', async () => {
    const files = await packaged(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }));
    const gone = new URL('/nowhere.bin', location.origin);
    await expect(openPackaged({ ...files, weights: gone })).rejects.toMatchObject({
      code: expect.stringMatching(/^(server\.unreachable|model\.corrupt)$/),
    });
  });
});
