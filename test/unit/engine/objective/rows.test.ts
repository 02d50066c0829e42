import { objectiveTrainer, testCoordinator } from '@murmuration/client-sdk/testing';
import { describeModel } from '@murmuration/engine/models/model';
import type { Objective } from '@murmuration/engine/objective/objective';
import { classifier, regressor } from '@murmuration/engine/objective/rows';
import { sequence } from '@murmuration/engine/objective/sequence';
import * as tf from '@murmuration/engine/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const code = 'data.row';
const never = new AbortController().signal;

/** The loss after some steps over all examples, as a share of what it was. */
async function learned<Example>(
  objective: Objective<Example>,
  model: tf.LayersModel,
  examples: readonly Example[],
  steps = 60,
  rate = 0.5,
) {
  const rows = objective.encode(examples);
  const all = () => rows.batch(Uint32Array.from({ length: rows.size }, (_, i) => i));
  const optimizer = tf.train.sgd(rate);
  const loss = () => objective.loss(model, all()).dataSync()[0]!;
  const before = loss();
  for (let i = 0; i < steps; i++) optimizer.minimize(() => objective.loss(model, all()));
  return loss() / before;
}

interface Flat {
  readonly rooms: number;
  readonly size: number;
  readonly kind: number;
  readonly rent: number;
}
const flats: Flat[] = Array.from({ length: 40 }, (_, i) => {
  const rooms = 1 + (i % 5);
  const size = 20 * rooms + (i % 7);
  return { rooms, size, kind: rooms > 2 ? 1 : 0, rent: size / 100 + rooms / 10 };
});
const features = ({ rooms, size }: Flat) => [rooms / 5, size / 100];

describe('an objective of rows', () => {
  it('learns classes', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
    expect(
      await learned(classifier({ classes: 2, features, label: ({ kind }) => kind }), model, flats),
    ).toBeLessThan(0.6);
  });

  it('learns classes by a model that ends in softmax as by one that ends in logits', async () => {
    const of = (activation: 'softmax' | 'linear') =>
      tf.sequential({
        layers: [tf.layers.dense({ units: 2, inputShape: [2], activation, kernelInitializer: 'zeros' })],
      });
    const objective = classifier({ classes: 2, features, label: ({ kind }: Flat) => kind });
    const [softmax, logits] = [
      await learned(objective, of('softmax'), flats),
      await learned(objective, of('linear'), flats),
    ];
    expect(softmax).toBeCloseTo(logits, 4);
  });

  it('learns numbers, one or several', async () => {
    const of = (units: number) =>
      tf.sequential({
        layers: [tf.layers.dense({ units, inputShape: [2], kernelInitializer: 'zeros' })],
      });
    expect(
      await learned(regressor({ features, label: ({ rent }: Flat) => rent }), of(1), flats),
    ).toBeLessThan(0.1);
    const both = regressor({ features, label: ({ rent, rooms }: Flat) => [rent, rooms / 5] });
    expect(await learned(both, of(2), flats)).toBeLessThan(0.1);
  });

  it('has numbers of the mean squared error that the definition gives', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' })],
    });
    const objective = regressor({ features: ([x]: readonly number[]) => [x!], label: ([, y]) => y! });
    const batch = objective
      .encode([
        [1, 3],
        [2, 0],
      ])
      .batch(Uint32Array.of(0, 1));
    // (1 − 3)² and (2 − 0)², halved.
    expect(objective.loss(model, batch).dataSync()[0]).toBeCloseTo(4, 6);
  });

  it.each([
    ['a text', ['1', 2], 'gave 1 at 0, which is no finite number'],
    ['NaN', [Number.NaN, 2], 'gave NaN at 0, which is no finite number'],
    ['one too few', [1], 'gave 1 numbers, not 2'],
    ['nothing', undefined, 'gave undefined, not a list of numbers'],
  ])('names the example whose features are %s', (_, wrong, detail) => {
    const objective = classifier({ classes: 2, features: (row: unknown) => row as number[], label: () => 0 });
    expect(() => objective.encode([[1, 2], wrong])).toThrow(
      expect.objectContaining({ code, detail: `Example 1 can't be used: "features" ${detail}.` }),
    );
  });

  it.each([2, -1, 0.5, Number.NaN, '1'])('names the example whose class is %s', wrong => {
    const objective = classifier({
      classes: 2,
      features: () => [1],
      label: (label: unknown) => label as number,
    });
    expect(() => objective.encode([0, wrong])).toThrow(
      expect.objectContaining({ code, detail: expect.stringMatching(/^Example 1 .* from 0 to 1\.$/) }),
    );
  });

  it('refuses labels of different lengths, and fewer than two classes', () => {
    const objective = regressor({ features: () => [1], label: (label: number[]) => label });
    expect(() => objective.encode([[1], [1, 2]])).toThrow(expect.objectContaining({ code }));
    expect(() => classifier({ classes: 1, features: () => [1], label: () => 0 })).toThrow(RangeError);
  });

  it('refuses to predict for the wrong count, for NaN and for texts', () => {
    const { serving } = classifier({
      classes: 2,
      inputs: 2,
      features: (row: number[]) => row,
      label: () => 1,
    });
    expect(serving.input([1, 2])).toEqual([1, 2]);
    for (const wrong of [[1], [1, Number.NaN], [1, '2'], 'ab', null, undefined])
      expect(() => serving.input(wrong)).toThrow(RangeError);
    expect(serving.questions([3, 4])).toEqual({ input: [3, 4], targets: [{ position: 0, class: 1 }] });
  });

  describe('of images', () => {
    const image = (bright: number) =>
      Array.from({ length: 4 }, (_, y) => Array.from({ length: 4 }, (_, x) => [(x + y) % 2 ? bright : 0]));
    const images = Array.from({ length: 20 }, (_, i) => ({ pixels: image(i % 2), kind: i % 2 }));
    const nested = { features: ({ pixels }: (typeof images)[0]) => pixels };
    const flat = { features: ({ pixels }: (typeof images)[0]) => Float32Array.from(pixels.flat(2)) };
    const of = (units: number) =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({
            filters: 2,
            kernelSize: 2,
            inputShape: [4, 4, 1],
            kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
          }),
          tf.layers.flatten(),
          tf.layers.dense({ units, kernelInitializer: 'zeros' }),
        ],
      });
    const label = ({ kind }: { readonly kind: number }) => kind;

    it.each([
      ['nested', nested],
      ['flat', flat],
    ])('gives %s pixels the shape of the model', async (_, rows) => {
      expect(await learned(classifier({ classes: 2, label, ...rows }), of(2), images)).toBeLessThan(0.6);
      expect(await learned(regressor({ label, ...rows }), of(1), images, 60, 0.1)).toBeLessThan(0.6);
    });

    it.each(['auto', 'generic'] as const)('trains them on the path %s', async engine => {
      const { topology, layout, weights } = describeModel(of(2));
      const { hash } = encodeModel(topology, layout, weights);
      const trainer = tfjsTrainer(classifier({ classes: 2, label, ...nested }), { engine });
      const settings = {
        epochs: 1,
        batchSize: 8,
        learningRate: 0.1,
        proximal: 0,
        gradientClip: null,
        maxExamples: 100,
        seed: 1,
      };
      const files = { hash, topology, layout, weights };
      const { path, metrics } = await trainer.train(files, settings, images, never, () => {});
      expect(path?.engine).toBe(engine === 'auto' ? 'fused' : 'generic');
      expect(metrics.loss).toBeGreaterThan(0);
      await trainer.close();
    });

    it('tells how long steps of its own batch took, where a probe chose the backend', async () => {
      const { topology, layout, weights } = describeModel(of(2));
      const { hash } = encodeModel(topology, layout, weights);
      const reason = 'cpu 5.1 ms a step of a probe';
      const trainer = tfjsTrainer(classifier({ classes: 2, label, ...nested }), {
        engine: 'generic',
        startBackend: async () => ({ backend: 'cpu', reason }),
      });
      const { path } = await trainer.train(
        { hash, topology, layout, weights },
        {
          epochs: 1,
          batchSize: 8,
          learningRate: 0.1,
          proximal: 0,
          gradientClip: null,
          maxExamples: 9,
          seed: 1,
        },
        images,
        never,
        () => {},
      );
      expect(path?.reason).toMatch(
        /; cpu 5\.1 ms a step of a probe; \d+\.\d ms a step of this training, of 8 rows$/,
      );
      await trainer.close();
    });

    it('says how many features the model takes, where an image has others', async () => {
      const few = { features: () => [1, 2, 3] };
      await expect(learned(classifier({ classes: 2, label, ...few }), of(2), images)).rejects.toThrow(
        'The model takes 16 features ([4,4,1]), not 3.',
      );
    });
  });

  it('is what a client learns by', async () => {
    const model = () => tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
    const coordinator = await testCoordinator({ tasks: { flats: { model } } });
    const trainer = objectiveTrainer(classifier({ classes: 2, features, label: ({ kind }: Flat) => kind }));
    const client = coordinator.client({ tasks: { flats: { examples: () => flats, trainer } } });
    await client.start();
    expect(await coordinator.round()).toMatchObject({
      outcome: 'counted',
      sent: { weight: 1 },
      errors: [],
    });
    await client.stop();
  });
});

describe('an objective of sequences', () => {
  const letters = (text: string) => Array.from(text, letter => letter.charCodeAt(0) - 96);
  const objective = sequence({ tokens: 27, encode: letters, length: 4 });

  it('learns each next token once, whatever the length of a row', () => {
    const rows = objective.encode(['abcdefg', 'xy', 'z', '']);
    // abcd, defg, xy: the tokens that come next are b c d, e f g, y.
    expect(rows.size).toBe(3);
    const { inputs, labels, weights } = rows.batch(Uint32Array.of(0, 1, 2));
    expect(inputs.arraySync()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [24, 0, 0],
    ]);
    expect(labels.arraySync()).toEqual([
      [2, 3, 4],
      [5, 6, 7],
      [25, 0, 0],
    ]);
    expect(weights.arraySync()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [1, 0, 0],
    ]);
  });

  it('learns what comes next', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 27, outputDim: 8, inputShape: [null] }),
        tf.layers.dense({ units: 27 }),
      ],
    });
    expect(await learned(objective, model, ['abcabcabc', 'cabcabc'], 150)).toBeLessThan(0.6);
  });

  it('asks what comes next, and refuses what are no tokens', () => {
    expect(objective.serving.input('ab')).toEqual([1, 2]);
    expect(objective.serving.questions('abc')).toEqual({
      input: [1, 2],
      targets: [
        { position: 0, class: 2 },
        { position: 1, class: 3 },
      ],
    });
    for (const wrong of ['', 'aB', 'a{'.repeat(2)])
      expect(() => objective.serving.input(wrong)).toThrow(RangeError);
    expect(() => objective.encode(['ab', 'a b'])).toThrow(
      expect.objectContaining({ code, detail: expect.stringMatching(/^Example 1 /) }),
    );
  });
});
