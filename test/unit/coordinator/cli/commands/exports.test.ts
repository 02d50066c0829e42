import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fetched } from '@murmuration/cli/client/model-export';
import { exportFolder } from '@murmuration/cli/commands/folder-export';
import { exportNpm } from '@murmuration/cli/commands/npm-export';
import { smallerForm } from '@murmuration/cli/commands/smaller-form';
import { startBackend } from '@murmuration/engine/backend/backend';
import { storeWeights } from '@murmuration/engine/models/stored-weights';
import * as tf from '@murmuration/engine/tfjs/tf';
import { contentHash, encodeModel } from '@murmuration/protocol/weights/model-files';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { filesOf } from '../../../engine/onnx/models.ts';

let root: string;
beforeEach(async () => {
  await startBackend();
  root = mkdtempSync(join(tmpdir(), 'murmuration-export-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function files() {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3], name: 'y' })] });
  const found = filesOf(model);
  model.dispose();
  return found;
}

function fetched(): Fetched {
  const found = files();
  const { json, weights, weightsHash } = encodeModel(found.topology, found.layout, found.weights);
  return { files: found, json, weights, name: `${weightsHash}.bin`, version: null };
}

it('a folder with smaller weights is measured', async () => {
  const { measured, bytes } = await exportFolder(fetched(), join(root, 'to'), 'int8');
  expect(measured).toMatchObject({ examples: 8, sameHighest: expect.any(Number) });
  expect(measured!.largest).toBeGreaterThan(0);
  expect(bytes).toBe(3 * 4 + 4 * 4);
});

it('a package says what its model takes and gives', async () => {
  const { inputs, outputs, measured } = await exportNpm(fetched(), join(root, 'to'), 'float32', {
    name: 'y',
  });
  expect(inputs).toMatchObject([{ datatype: 'FP32', shape: [-1, 3] }]);
  expect(outputs).toMatchObject([{ datatype: 'FP32', shape: [-1, 4] }]);
  expect(measured).toBeNull();
});

it('the smaller form of a version is measured', async () => {
  const { topology, layout, weights } = files();
  const { tensors, bytes } = storeWeights(layout, weights, 'float16');
  const smaller = { hash: contentHash(bytes), tensors };
  const { hash, json, weights: whole } = encodeModel(topology, layout, weights, contentHash, smaller);
  const file = async (path: string) =>
    path.endsWith('.json') ? json : path.includes(smaller.hash) ? bytes : whole;
  expect(await smallerForm({ file }, hash)).toMatchObject({ weights: 'float16', measured: { examples: 8 } });
});
