import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { kerasModel } from '@murmuration/engine/models/keras-model';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  await tf.setBackend('cpu');
  folder = mkdtempSync(join(tmpdir(), 'murmuration-keras-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const made = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({ units: 3, inputShape: [2], activation: 'relu', name: 'hidden' }),
      tf.layers.dense({ units: 2, activation: 'softmax', name: 'classes' }),
    ],
  });

/** Writes a model as the converter does: its weights in files of `shard` bytes. */
async function write(model: tf.LayersModel, change: object = {}, shard = 20): Promise<void> {
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const bytes = new Uint8Array(weightData as ArrayBuffer);
      const paths = Array.from(
        { length: Math.ceil(bytes.length / shard) },
        (_, i) => `group1-shard${i + 1}.bin`,
      );
      for (const [i, path] of paths.entries())
        writeFileSync(join(folder, path), bytes.subarray(i * shard, (i + 1) * shard));
      const json = {
        format: 'layers-model',
        modelTopology,
        weightsManifest: [{ paths, weights: weightSpecs }],
        ...change,
      };
      writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
}

describe('a pretrained Keras model', () => {
  it('has the weights of its files, however many they are, and the shape of its topology', async () => {
    const model = made();
    await write(model);
    for (const where of [folder, pathToFileURL(folder)]) {
      const read = await kerasModel(where);
      expect(describeModel(read).weights).toEqual(describeModel(model).weights);
      expect(describeModel(read).layout.tensors.map(({ name }) => name)).toContain('hidden/kernel');
      const input = tf.tensor2d([[0.5, -1]]);
      expect((read.predict(input) as tf.Tensor).dataSync()).toEqual(
        (model.predict(input) as tf.Tensor).dataSync(),
      );
    }
  });

  it('says how to make a folder that is not there', async () => {
    await expect(kerasModel(join(folder, 'none'))).rejects.toMatchObject({
      code: 'model.missing',
      detail: expect.stringMatching(/tensorflowjs_converter/),
    });
  });

  it('names a weight file that is missing', async () => {
    await write(made());
    rmSync(join(folder, 'group1-shard2.bin'));
    await expect(kerasModel(folder)).rejects.toMatchObject({
      code: 'model.missing',
      detail: expect.stringMatching(/group1-shard2\.bin/),
    });
  });

  it.each([
    ['a graph model', { format: 'graph-model' }, /tfjs_layers_model/],
    ['no topology', { modelTopology: undefined }, /not that of a layers model/],
    [
      'files of another folder',
      { weightsManifest: [{ paths: ['../secret.bin'], weights: [] }] },
      /another folder/,
    ],
    ['layers that there are not', { modelTopology: { class_name: 'Nonsense', config: {} } }, /does not load/],
  ])('refuses %s', async (_, change, detail) => {
    await write(made(), change);
    await expect(kerasModel(folder)).rejects.toMatchObject({
      code: 'model.unusable',
      detail: expect.stringMatching(detail),
    });
  });
});
