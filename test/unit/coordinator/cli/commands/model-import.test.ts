import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importModel, linesOfImport } from '@murmuration/cli/commands/model-import';
import { startBackend } from '@murmuration/engine/backend/backend';
import { kerasModel } from '@murmuration/engine/models/keras-model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { serveModels } from '@murmuration/serving/assembly/serve-models';
import { inferenceSchema } from '@murmuration/serving/assembly/settings';
import { folderModels } from '@murmuration/serving/source/folder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let from: string;
let to: string;

beforeEach(async () => {
  await startBackend();
  root = mkdtempSync(join(tmpdir(), 'murmuration-import-'));
  from = mkdtempSync(join(root, 'iris-'));
  to = join(root, 'models');
});

afterEach(() => rmSync(root, { recursive: true }));

/** Writes a model as the converter does. Its answer to [0.5, -1, 2]. */
async function convert(into: string): Promise<Float32Array> {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, inputShape: [3], activation: 'relu', name: 'hidden' }),
      tf.layers.dense({ units: 2, activation: 'softmax', name: 'classes' }),
    ],
  });
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      writeFileSync(join(into, 'group1-shard1of1.bin'), new Uint8Array(weightData as ArrayBuffer));
      const weightsManifest = [{ paths: ['group1-shard1of1.bin'], weights: weightSpecs }];
      const json = { format: 'layers-model', modelTopology, weightsManifest };
      writeFileSync(join(into, 'model.json'), JSON.stringify(json));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const answer = (model.predict(tf.tensor2d([[0.5, -1, 2]])) as tf.Tensor).dataSync() as Float32Array;
  model.dispose();
  return answer;
}

const expectClose = (ours: ArrayLike<number>, theirs: ArrayLike<number>) => {
  expect(ours.length).toBe(theirs.length);
  for (let at = 0; at < ours.length; at++) expect(ours[at]).toBeCloseTo(theirs[at]!, 5);
};

describe('an imported model', () => {
  it('is served from its folder, and begins a task, with the answers that it gave', async () => {
    const answer = await convert(from);
    const done = await importModel(from, to, { name: 'iris', version: 3 });
    expect(done).toMatchObject({ name: 'iris', version: 3, values: 26, bytes: 104 });
    const read = await kerasModel(done.folder);
    expectClose((read.predict(tf.tensor2d([[0.5, -1, 2]])) as tf.Tensor).dataSync() as Float32Array, answer);
    read.dispose();
    const served = await serveModels({
      source: await folderModels(to),
      settings: inferenceSchema.parse({}),
      port: 0,
      transformers: {},
    });
    try {
      const response = await fetch(`${served.url}/v2/models/iris/versions/3/infer`, {
        method: 'POST',
        body: JSON.stringify({
          inputs: [{ name: done.inputs[0]?.name, datatype: 'FP32', shape: [1, 3], data: [0.5, -1, 2] }],
        }),
      });
      const { outputs } = (await response.json()) as { outputs: { name: string; data: number[] }[] };
      expect(outputs[0]?.name).toBe(done.outputs[0]?.name);
      expectClose(outputs[0]?.data ?? [], answer);
    } finally {
      await served.close();
    }
  });

  it('has the name of its folder, and says what it takes and how it goes on', async () => {
    await convert(from);
    const lines = linesOfImport(await importModel(from, to, { version: 1 }));
    expect(lines[0]).toMatch(/^Imported iris-\w+ as version 1: 26 values, 104 B, in /);
    expect(lines.slice(1, 4)).toEqual([
      expect.stringMatching(/^takes .*FP32 \[-1, 3\]$/),
      expect.stringMatching(/^gives .*FP32 \[-1, 2\]$/),
      expect.stringMatching(/^runs on .*fused/),
    ]);
    expect(lines.at(-2)).toBe(`Serve it:          murmuration inference --from ${to}`);
  });
});

describe('nothing is written', () => {
  it('for a version that is there', async () => {
    await convert(from);
    await importModel(from, to, { name: 'iris', version: 1 });
    await expect(importModel(from, to, { name: 'iris', version: 1 })).rejects.toThrow(/--as-version/);
  });

  it.each(['', '../out', 'a b', '.hidden'])('under the name "%s"', async name => {
    await convert(from);
    await expect(importModel(from, to, { name, version: 1 })).rejects.toMatchObject({
      code: 'config.invalid',
    });
    expect(existsSync(to)).toBe(false);
  });

  it.each([
    ['is not there', () => rmSync(from, { recursive: true }), 'model.missing'],
    ['holds no model', () => writeFileSync(join(from, 'model.json'), '{}'), 'model.unusable'],
    ['lacks weights', () => rmSync(join(from, 'group1-shard1of1.bin')), 'model.missing'],
    ['has too few', () => writeFileSync(join(from, 'group1-shard1of1.bin'), 'few'), 'model.unusable'],
  ])('of a folder that %s', async (_, damage, code) => {
    await convert(from);
    damage();
    await expect(importModel(from, to, { name: 'iris', version: 1 })).rejects.toMatchObject({ code });
    expect(existsSync(to)).toBe(false);
  });

  it('of a model that takes more than a minute to build', async () => {
    await convert(from);
    const clock = new VirtualClock();
    const refused = expect(importModel(from, to, { name: 'iris', version: 1, clock })).rejects.toMatchObject({
      code: 'model.unusable',
      detail: expect.stringMatching(/60000 ms/),
    });
    while (clock.pending === 0) await settled();
    await clock.advance(60_000);
    await refused;
    expect(existsSync(to)).toBe(false);
  });
});
