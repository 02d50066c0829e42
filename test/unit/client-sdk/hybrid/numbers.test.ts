import { jsInference } from '@murmuration/client-sdk/hybrid/js-inference';
import { loadServedHybrid } from '@murmuration/client-sdk/hybrid/loaded-hybrid';
import { ngramCache } from '@murmuration/client-sdk/hybrid/ngram-cache';
import { tfjsInference } from '@murmuration/client-sdk/hybrid/tfjs-inference';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { startBackend } from '@murmuration/engine/backend/backend';
import type { Serving } from '@murmuration/engine/inference/serving';
import { describeModel } from '@murmuration/engine/models/model';
import { classifier, regressor } from '@murmuration/engine/objective/rows';
import { sequence } from '@murmuration/engine/objective/sequence';
import * as tf from '@murmuration/engine/tfjs/tf';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { beforeAll, describe, expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../device.ts';
import { MemoryCoordinator } from '../memory-coordinator.ts';

const { dense } = tf.layers;
type Row = readonly number[];
const features = (row: Row) => row;

function filesOf(model: tf.LayersModel): ModelFiles {
  const { topology, layout, weights } = describeModel(model);
  return { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
}

/** Two numbers of three, or of `units` outputs. */
const chain = (units = 2) =>
  tf.sequential({ layers: [dense({ units: 4, inputShape: [3], activation: 'tanh' }), dense({ units })] });

/** Two outputs: one number, and two. */
function heads(): tf.LayersModel {
  const input = tf.input({ shape: [3] });
  const body = dense({ units: 4, activation: 'relu' }).apply(input);
  const outputs = [1, 2].map(units => dense({ units }).apply(body) as tf.SymbolicTensor);
  return tf.model({ inputs: input, outputs });
}

const numbers = (outputs: number): Serving<Row> =>
  regressor({ features, label: () => Array(outputs).fill(0), outputs }).serving;

function close(values: ArrayLike<number>, wanted: readonly number[]): void {
  expect(values).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(values[i]).toBeCloseTo(value, 5);
}

const said = (model: tf.LayersModel, row: Row): number[] =>
  [model.predict(tf.tensor2d([[...row]])) as tf.Tensor | tf.Tensor[]]
    .flat()
    .flatMap(each => [...each.dataSync()]);

beforeAll(async () => {
  await startBackend();
  await loadServedHybrid();
});

describe('a model that says numbers', () => {
  it.each([
    ['several of one output, on the engine', tfjsInference, chain, 2],
    ['several of one output, in JavaScript', jsInference, chain, 2],
    ['those of several outputs, one after the other', tfjsInference, heads, 3],
  ] as const)('says what tfjs says: %s', async (_, inferenceOf, make, outputs) => {
    const model = make();
    const open = await inferenceOf(numbers(outputs)).open(filesOf(model));
    for (const row of [
      [0.1, -2, 3],
      [5, 5, 5],
    ])
      close(await open.predict(row), said(model, row));
  });

  it('is refused where the task has another number of them', async () => {
    await expect(tfjsInference(numbers(2)).open(filesOf(heads()))).rejects.toMatchObject({
      code: 'model.unusable',
      detail: 'The model has 3 outputs, the task 2.',
    });
  });

  it('serves on a device from its first version on, each next one at once, and has nothing mixed in', async () => {
    const clock = new VirtualClock();
    const coordinator = new MemoryCoordinator(clock);
    const publish = (model: tf.LayersModel) => {
      const { topology, layout, weights: values } = filesOf(model);
      const { hash, json, weights, weightsHash } = encodeModel(topology, layout, values);
      coordinator.files.set(modelPath(hash), json);
      coordinator.files.set(modelPath(hash).replace('model.json', `${weightsHash}.bin`), weights);
      coordinator.files.set(
        '/v1/tasks/price/models?limit=1',
        utf8(JSON.stringify({ models: [{ model: hash }] })),
      );
      return hash;
    };
    const examples = () => Array.from({ length: 60 }, (_, i) => [i, 1, 2]);
    const hybrid = { serving: numbers(2), inference: tfjsInference(numbers(2)) };
    const { client, errors } = deviceOn(coordinator, clock, memoryStorage(), {
      price: { examples, trainer: new StillTrainer(), hybrid },
    });
    const [first, second] = [chain(), chain()];
    const row = [0.3, 0.2, 0.1];
    const hash = publish(first);
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    await expect
      .poll(() => client.hybrid('price').predict(row))
      .toMatchObject({ source: 'global', model: hash });
    close((await client.hybrid('price').predict(row)).values, said(first, row));
    await client.hybrid('price').learn();
    const next = publish(second);
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    await expect.poll(() => client.hybrid('price').predict(row)).toMatchObject({ model: next });
    close((await client.hybrid('price').predict(row)).values, said(second, row));
    expect(client.hybrid('price').report()).toBeNull();
    await client.stop();
    await settled();
    expect(errors).toEqual([]);
  });

  it('takes no personal models, which are compared on classes', () => {
    const clock = new VirtualClock();
    const hybrid = { serving: numbers(1), inference: tfjsInference(numbers(1)), personal: [ngramCache()] };
    const task = { examples: () => [], trainer: new StillTrainer(), hybrid };
    expect(() => deviceOn(new MemoryCoordinator(clock), clock, memoryStorage(), { price: task })).toThrow(
      expect.objectContaining({
        code: 'options.invalid',
        detail: expect.stringContaining('hybrid.personal'),
      }),
    );
  });
});

describe('predict refuses, with its code and why', () => {
  const own: Serving<Row> = { ...numbers(2), input: asked => asked as Row };
  const rows = classifier({ classes: 2, features, label: () => 0 }).serving;
  const words = sequence({ tokens: 6, encode: (text: Row) => text }).serving;
  const taking: Serving<Row> = { ...words, input: asked => asked as Row };
  const tokens = () =>
    tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 6, outputDim: 3, inputShape: [null] as never }),
        dense({ units: 6 }),
      ],
    });

  it.each([
    ['too few numbers', own, chain, [1, 2], 'The model takes 3 features, not 2.'],
    ['too many numbers', own, chain, [1, 2, 3, 4], 'The model takes 3 features, not 4.'],
    [
      'too few numbers of an objective that names no count',
      rows,
      chain,
      [1],
      'The model takes 3 features, not 1.',
    ],
    ['none', own, chain, [], 'The input is empty.'],
    ['NaN', own, chain, [1, Number.NaN, 3], 'The input has null at 1, which is no finite number.'],
    ['an infinite number', own, chain, [1, 2, Number.POSITIVE_INFINITY], 'which is no finite number.'],
    ['a text among numbers', own, chain, [1, '2', 3], 'The input has "2" at 1, which is no finite number.'],
    ['a text', own, chain, 'abc', 'The input has "a" at 0, which is no finite number.'],
    ['a text of an objective', rows, chain, 'abc', 'not a list of numbers'],
    ['nothing', own, chain, undefined, 'undefined'],
    [
      'a token that the model does not know',
      taking,
      tokens,
      [1, 9],
      "The token 9 is not one of the model's 6.",
    ],
    ['half a token', taking, tokens, [1.5], "The token 1.5 is not one of the model's 6."],
    ['a token that the objective does not know', words, tokens, [1, 9], 'not a whole number from 1 to 5'],
  ] as const)('%s', async (_, serving, make, asked, detail) => {
    for (const inferenceOf of [tfjsInference, jsInference]) {
      const open = await inferenceOf(serving as Serving<never>).open(filesOf(make(serving.classes)));
      await expect(open.predict(asked)).rejects.toMatchObject({
        code: 'hybrid.input',
        detail: expect.stringContaining(detail),
      });
      await open.close();
    }
  });
});
