import { jsInference } from '@murmuration/client-sdk/hybrid/js-inference';
import { tfjsInference } from '@murmuration/client-sdk/hybrid/tfjs-inference';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { startBackend } from '@murmuration/engine/backend/backend';
import type { Serving } from '@murmuration/engine/inference/serving';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { growWeights } from '@murmuration/protocol/weights/growth';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Sequence, serving } from './scene.ts';

const code = (code: string) => expect.objectContaining({ code });

function filesOf(model: tf.LayersModel): ModelFiles {
  const { topology, layout, weights } = describeModel(model);
  return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
}

/** What tfjs itself says, over the classes from 1 on. */
function expected(model: tf.LayersModel, input: readonly number[]): number[] {
  return tf.tidy(() => {
    const logits = model.predict(tf.tensor2d([[...input]], undefined, 'int32')) as tf.Tensor3D;
    const last = logits.slice([0, input.length - 1, 1], [1, 1, -1]).softmax();
    return [0, ...last.dataSync()];
  });
}

function close(values: ArrayLike<number>, wanted: readonly number[]): void {
  expect(values).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(values[i]).toBeCloseTo(value, 4);
}

beforeAll(async () => {
  await startBackend();
});

describe.each([
  ['on the engine', tfjsInference],
  ['in JavaScript', jsInference],
])('a next-token model in this thread, %s', (_, inferenceOf) => {
  const size = { vocabulary: 6, embedding: 4, gru: 5, dense: null };

  it('says what tfjs says, in whatever order it is asked', async () => {
    const model = nextWordModel(size, 1);
    const open = await inferenceOf(serving).open(filesOf(model));
    for (const input of [[1], [1, 2], [1, 2, 3, 4], [1, 2], [3, 2], [3, 2], [5, 5, 5]])
      close(await open.predict(input), expected(model, input));
  });

  it('answers an example at each of its questions', async () => {
    const model = nextWordModel(size, 2);
    const open = await inferenceOf(serving).open(filesOf(model));
    const wanted = [[1], [1, 4], [1, 4, 2]].flatMap(input => expected(model, input));
    close(await open.answer([1, 4, 2, 3] satisfies Sequence), wanted);
  });

  it('VG7: says of a grown vocabulary what was said before it, and of the words that the app lacks nothing', async () => {
    const model = nextWordModel(size, 4);
    const { layout, weights, ...files } = filesOf(model);
    const larger = filesOf(nextWordModel({ ...size, vocabulary: 9 }, 4));
    const grown = { ...larger, weights: growWeights(weights, layout, larger.layout, 5) };
    const before = await inferenceOf(serving).open({ ...files, layout, weights });
    const after = await inferenceOf({ ...serving, grows: {} }).open(grown);
    for (const input of [[1], [1, 2, 3], [4, 4]])
      close(await after.predict(input), [...(await before.predict(input))]);
    close(await after.answer([1, 4, 2]), [...(await before.answer([1, 4, 2]))]);
    await expect(inferenceOf(serving).open(grown)).rejects.toEqual(code('model.unusable'));
  });

  it('VG7: says of a version before the growth what it knows, and hears unknown in the place of what it lacks', async () => {
    const model = nextWordModel(size, 5);
    const more = { ...serving, classes: 8, grows: { unknown: 2 } };
    const open = await inferenceOf(more).open(filesOf(model));
    close(await open.predict([1, 7, 3]), [...expected(model, [1, 2, 3]), 0, 0]);
    close(await open.answer([7, 3]), [...expected(model, [2]), 0, 0]);
    await expect(open.predict([1, 8])).rejects.toEqual(code('hybrid.input'));
    const silent = await inferenceOf({ ...more, grows: {} }).open(filesOf(model));
    await expect(silent.predict([1, 7])).rejects.toEqual(code('hybrid.input'));
  });

  it('goes on after a token that the model does not know', async () => {
    const model = nextWordModel(size, 1);
    const open = await inferenceOf(serving).open(filesOf(model));
    await open.predict([1, 2]);
    await expect(open.predict([1, 2, 3, 77])).rejects.toThrow('77');
    close(await open.predict([1, 2, 3, 4]), expected(model, [1, 2, 3, 4]));
  });

  it('refuses a model of other classes, and inputs that the task does not take', async () => {
    const inference = inferenceOf(serving);
    const other = filesOf(nextWordModel({ ...size, vocabulary: 7 }, 1));
    await expect(inference.open(other)).rejects.toEqual(code('model.unusable'));
    const open = await inference.open(filesOf(nextWordModel(size, 1)));
    await expect(open.predict('text')).rejects.toEqual(code('hybrid.input'));
    await expect(open.predict([])).rejects.toEqual(code('hybrid.input'));
  });

  it('frees its tensors when it is closed', async () => {
    const files = filesOf(nextWordModel(size, 1));
    const before = tf.memory().numTensors;
    const inference = inferenceOf(serving);
    await inference.open(files);
    await (await inference.open(files)).close();
    await inference.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.each([
  ['on the engine', tfjsInference],
  ['in JavaScript', jsInference],
])('a model of features in this thread, %s', (_, inferenceOf) => {
  const ofFeatures: Serving<readonly [readonly number[], number]> = {
    classes: 3,
    firstClass: 0,
    input: asked => asked as number[],
    questions: ([input, label]) => ({ input, targets: [{ position: 0, class: label }] }),
  };

  it('says what tfjs says', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
    const open = await inferenceOf(ofFeatures).open(filesOf(model));
    const wanted = [...(model.predict(tf.tensor2d([[0.5, -1]])) as tf.Tensor).softmax().dataSync()];
    close(await open.predict([0.5, -1]), wanted);
    close(await open.answer([[0.5, -1], 2]), wanted);
  });
});
