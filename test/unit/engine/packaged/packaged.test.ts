import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeModel } from '@murmuration/engine/models/model';
import { storeModel } from '@murmuration/engine/models/stored-weights';
import { openPackaged } from '@murmuration/engine/packaged/node';
import type { ModelAnswer, ModelValues } from '@murmuration/engine/packaged/packaged';
import * as tf from '@murmuration/engine/tfjs/tf';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numbers } from '../numbers.ts';

type Inputs = Record<string, ModelValues<Float32Array | Int32Array>>;
type Outputs = Record<string, ModelAnswer<Float32Array>>;

const folder = mkdtempSync(join(tmpdir(), 'murmuration-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Two inputs of different kinds, which the fused kernels don't know. */
function model(): tf.LayersModel {
  const ids = tf.input({ shape: [2], dtype: 'int32', name: 'ids' });
  const extra = tf.input({ shape: [3], name: 'extra' });
  const rows = tf.layers.flatten().apply(tf.layers.embedding({ inputDim: 7, outputDim: 2 }).apply(ids));
  const both = tf.layers.concatenate().apply([rows as tf.SymbolicTensor, extra]);
  const scores = tf.layers.dense({ units: 2, name: 'scores' }).apply(both) as tf.SymbolicTensor;
  const built = tf.model({ inputs: [ids, extra], outputs: scores });
  for (const [at, weight] of built.weights.entries()) {
    const shape = weight.shape as number[];
    weight.write(
      tf.tensor(
        numbers(
          shape.reduce((a, b) => a * b, 1),
          at + 1,
        ),
        shape,
      ),
    );
  }
  return built;
}

/** The files of a package, and what it says of them. */
function packaged(name: string) {
  const stored = storeModel(describeModel(model()), 'float32');
  const place = (file: string, bytes: Uint8Array) => {
    const path = join(folder, `${name}-${file}`);
    writeFileSync(path, bytes);
    return pathToFileURL(path);
  };
  return {
    json: place('model.json', stored.json),
    weights: place('weights.bin', stored.weights),
    sha256: { json: contentHash(stored.json), weights: contentHash(stored.weights) },
  };
}

describe('the model of a package', () => {
  it('answers by names, from lists and from typed arrays, in turns', async () => {
    const opened = await openPackaged<Inputs, Outputs>(packaged('answers'));
    expect(opened.inputs).toEqual([
      { name: 'ids', datatype: 'INT32', shape: [-1, 2] },
      { name: 'extra', datatype: 'FP32', shape: [-1, 3] },
    ]);
    const lists = { ids: [[1, 2], [6, 0]], extra: [[0.5, -1, 2], [0, 0, 1]] }; // biome-ignore format: rows
    const arrays = {
      ids: { shape: [2, 2], data: Int32Array.of(1, 2, 6, 0) },
      extra: { shape: [2, 3], data: Float32Array.of(0.5, -1, 2, 0, 0, 1) },
    };
    const [first, second] = await Promise.all([opened.predict(lists), opened.predict(arrays)]);
    const theirs = model().predict([
      tf.tensor(lists.ids, [2, 2], 'int32'),
      tf.tensor(lists.extra),
    ]) as tf.Tensor;
    expect(first?.scores?.shape).toEqual([2, 2]);
    for (const [at, value] of theirs.dataSync().entries())
      expect(first?.scores?.data[at]).toBeCloseTo(value, 5);
    expect(second).toEqual(first);
    await opened.close();
  });

  it('says what is wrong with what it is asked', async () => {
    const opened = await openPackaged<Inputs, Outputs>(packaged('asked'));
    const extra = [[1, 2, 3]];
    const wrong: readonly [Inputs, RegExp][] = [
      [{ extra }, /"ids" is missing; the model takes "ids", "extra"/],
      [{ ids: [[1, 2]], extra, more: 1 }, /no input "more"/],
      [{ ids: [[1, 2], [3]], extra }, /uneven/],
      [{ ids: [[1], [2, 3]], extra }, /uneven/],
      [{ ids: [[1, 2, 3]], extra }, /the shape \[1, 3\]; expected \[-1, 2\]/],
      [{ ids: [1, 2], extra }, /the shape \[2\]/],
      [{ ids: [[1, 2.5]], extra }, /2\.5, which is no INT32/],
      [{ ids: [[1, 2 ** 40]], extra }, /no INT32/],
      [{ ids: [[1, 'two' as unknown as number]], extra }, /two, which is no INT32/],
      [{ ids: [[1, 7]], extra }, /holds 7; the model knows 0 to 6/],
      [{ ids: { shape: [1, 2], data: Float32Array.of(1, 2) }, extra }, /must be a Int32Array/],
      [{ ids: { shape: [2, 2], data: Int32Array.of(1, 2) }, extra }, /no room for its 2 values/],
    ];
    for (const [inputs, reason] of wrong)
      await expect(opened.predict(inputs)).rejects.toMatchObject({
        code: 'inference.input',
        detail: expect.stringMatching(reason),
      });
    expect((await opened.predict({ ids: [[1, 2]], extra })).scores?.shape).toEqual([1, 2]);
    await opened.close();
  });

  it('is refused where a file was changed, or is gone', async () => {
    for (const file of ['json', 'weights'] as const) {
      const files = packaged(`changed-${file}`);
      writeFileSync(files[file], `${file} of somebody else`);
      await expect(openPackaged(files)).rejects.toMatchObject({
        code: 'model.corrupt',
        detail: expect.stringContaining('has been changed'),
      });
      rmSync(files[file]);
      await expect(openPackaged(files)).rejects.toMatchObject({ code: 'model.corrupt' });
    }
  });
});
