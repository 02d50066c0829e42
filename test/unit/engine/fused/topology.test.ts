import { startBackend } from '@murmuration/engine/backend/backend';
import { topologyOf } from '@murmuration/engine/fused/model-topology';
import { choosePath } from '@murmuration/engine/fused/path';
import { TiedDense } from '@murmuration/engine/layers/tied-dense';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, small } from './models.ts';

beforeAll(async () => {
  await startBackend();
});

const { embedding, gru, lstm, dense, dropout, flatten, reshape } = tf.layers;
const { conv2d, maxPooling2d, batchNormalization, activation } = tf.layers;
const words = () => embedding({ inputDim: 9, outputDim: 4, inputLength: 3, name: 'words' });
const step = { units: 2, recurrentInitializer: 'zeros' } as const;
const logits = () => dense({ units: 9, name: 'logits' });
const reasonOf = (model: tf.LayersModel) => {
  const topology = topologyOf(model);
  return 'reason' in topology ? topology.reason : 'none';
};
const chain = (...layers: tf.layers.Layer[]) => reasonOf(tf.sequential({ layers }));

describe('topologyOf', () => {
  it('reads the layers of sequential and functional models alike', () => {
    const layers = [
      words(),
      gru({ ...step, returnSequences: true }),
      lstm(step),
      dense({ units: 5 }),
      logits(),
    ];
    const sequential = topologyOf(tf.sequential({ layers }));
    expect(sequential).toMatchObject({
      features: {
        kind: 'tokens',
        embedding: { rows: 9, width: 4, maskZero: false },
        recurrent: [
          { kind: 'gru', inputs: 4, units: 2, sequences: true },
          { kind: 'lstm', inputs: 2, units: 2, sequences: false },
        ],
      },
      dense: [
        { inputs: 2, units: 5 },
        { inputs: 5, units: 9 },
      ],
    });
    expect(reasonOf(build(small))).toBe('none');
  });

  it('reads dropout between the layers of a sequence', () => {
    const ids = tf.input({ shape: [null], dtype: 'int32' });
    const layers = [
      embedding({ inputDim: 9, outputDim: 4 }),
      dropout({ rate: 0.25 }),
      gru({ ...step, returnSequences: true }),
      dropout({ rate: 0 }),
      lstm(step),
      dropout({ rate: 0.5 }),
      logits(),
    ];
    const outputs = layers.reduce((input, layer) => layer.apply(input) as tf.SymbolicTensor, ids);
    expect(topologyOf(tf.model({ inputs: ids, outputs }))).toMatchObject({
      features: { recurrent: [{ kind: 'gru' }, { kind: 'lstm' }], dropout: [0.25, 0, 0.5] },
    });
  });

  it('gives the reason where it does not know a model', () => {
    expect(chain(words(), dropout({ rate: 0.2 }), dropout({ rate: 0.5, name: 'drop' }), logits())).toBe(
      'the layer drop follows another dropout',
    );
    expect(chain(words(), dropout({ rate: 0.2, noiseShape: [1, 1, 4], name: 'drop' }), logits())).toBe(
      'the layer drop uses noiseShape',
    );
    expect(chain(words(), flatten({ name: 'flat' }), logits())).toBe(
      'the layer flat (Flatten) is none that the fused kernels know in a model over tokens',
    );
    expect(chain(words(), gru({ ...step, goBackwards: true, name: 'back' }), logits())).toBe(
      'the layer back uses goBackwards',
    );
    expect(chain(words(), gru({ ...step, recurrentDropout: 0.1, name: 'gaps' }), logits())).toBe(
      'the layer gaps uses recurrentDropout',
    );
    expect(chain(words(), gru({ ...step, activation: 'elu', name: 'bent' }), logits())).toBe(
      'the layer bent uses the activation elu',
    );
    expect(chain(words(), gru(step), dense({ units: 9, activation: 'tanh' }))).toBe(
      'the last layer has an activation, so it makes no logits',
    );
    expect(chain(words(), gru(step))).toBe('the last layer is not a dense one');
    expect(chain(gru({ ...step, inputShape: [3, 2] }), logits())).toBe(
      'a recurrent layer has no embedding before it',
    );
  });

  it('takes an output for tied that fits the embedding and comes last', () => {
    const tied = topologyOf(build({ ...small, tied: true }));
    expect('dense' in tied && tied.dense).toMatchObject([
      { inputs: 7, units: 6, tied: false },
      { inputs: 6, units: 23, tied: true },
    ]);
    const output = (units: number) => new TiedDense({ units, name: 'tied' });
    expect(chain(words(), gru({ ...step, units: 4 }), output(9))).toBe('none');
    expect(chain(words(), gru({ ...step, units: 3 }), output(9))).toBe(
      'the tied layer does not fit the embedding',
    );
    expect(chain(words(), gru({ ...step, units: 4 }), output(8))).toBe(
      'the tied layer does not fit the embedding',
    );
    expect(chain(words(), gru({ ...step, units: 4 }), output(9), logits())).toBe(
      'a tied layer comes before the last one',
    );
    expect(chain(dense({ inputShape: [4], units: 4 }), output(9))).toBe(
      'the tied layer does not fit the embedding',
    );
  });

  it('reads stacks of layers over images, where shapes tell only how values lie', () => {
    const layers = [
      reshape({ inputShape: [36], targetShape: [6, 6, 1] }),
      conv2d({ filters: 3, kernelSize: [3, 2], strides: [1, 2], padding: 'same' }),
      batchNormalization({ center: false }),
      activation({ activation: 'relu' }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 7 }),
      dropout({ rate: 0.5 }),
      dropout({ rate: 0 }),
      dense({ units: 5 }),
      logits(),
    ];
    expect(topologyOf(tf.sequential({ layers }))).toMatchObject({
      features: {
        kind: 'values',
        shape: [36],
        layers: [
          { kind: 'convolution', filters: 3, window: { outHeight: 6, outWidth: 3, top: 1, left: 0 } },
          { kind: 'normalisation', pixels: 18, channels: 3, scale: true, center: false },
          { kind: 'activation', size: 54 },
          { kind: 'maxPooling', window: { outHeight: 3, outWidth: 1 } },
          { kind: 'convolution', filters: 7, window: { height: 1, width: 1, channels: 9 } },
          { kind: 'dropout', size: 7, rate: 0.5 },
        ],
      },
      dense: [
        { inputs: 7, units: 5 },
        { inputs: 5, units: 9 },
      ],
    });
  });

  it('gives the reason where it does not know a model over images', () => {
    const inputShape = [6, 6, 2];
    const conv = (options: object) =>
      chain(conv2d({ inputShape, filters: 2, kernelSize: 3, name: 'conv', ...options }), flatten(), logits());
    expect(conv({})).toBe('none');
    expect(conv({ dilationRate: 2 })).toBe('the layer conv uses a dilation rate');
    expect(conv({ activation: 'elu' })).toBe('the layer conv uses the activation elu');
    expect(conv({ dataFormat: 'channelsFirst' })).toBe('the layer conv takes channels first');
    expect(chain(batchNormalization({ inputShape, axis: 1, name: 'norm' }), flatten(), logits())).toBe(
      'the layer norm normalises another axis than the last',
    );
    expect(chain(dense({ inputShape, units: 2, name: 'wide' }), flatten(), logits())).toBe(
      'the layer wide is a dense one over more than one row',
    );
    expect(chain(dense({ inputShape, units: 2 }))).toBe('the last dense layers are not over single rows');
    const anySize = conv2d({ inputShape: [null, null, 1], filters: 2, kernelSize: 3, name: 'any' });
    const whole = tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' });
    expect(chain(anySize, whole, logits())).toBe(
      'the shape that the layer any takes is not known beforehand',
    );
  });

  it('does not take a model that branches for a chain', () => {
    const inputs = tf.input({ shape: [4] });
    const shared = dense({ units: 4, name: 'shared' });
    const once = shared.apply(inputs) as tf.SymbolicTensor;
    const twice = shared.apply(once) as tf.SymbolicTensor;
    expect(reasonOf(tf.model({ inputs, outputs: twice }))).toBe('the layer shared is used more than once');
    const sum = tf.layers.add({ name: 'sum' }).apply([inputs, once]) as tf.SymbolicTensor;
    expect(reasonOf(tf.model({ inputs, outputs: sum }))).toBe('the layer shared is used more than once');
    const left = dense({ units: 4, name: 'left' }).apply(inputs) as tf.SymbolicTensor;
    const both = tf.layers.add({ name: 'both' }).apply([inputs, left]) as tf.SymbolicTensor;
    expect(reasonOf(tf.model({ inputs, outputs: both }))).toBe(
      'the layer both does not follow only the one before it',
    );
    expect(reasonOf(tf.model({ inputs, outputs: [left, once] }))).toBe(
      'the model has several inputs or outputs',
    );
  });
});

describe('choosePath', () => {
  const objective: Objective<never> = {
    encode: () => ({ size: 0, batch: () => ({}) as never }),
    loss: softmaxLoss,
  };

  it('is fused for a known model and loss, and generic for any other, with the reason', async () => {
    const model = build(small);
    expect(await choosePath(model, objective)).toMatchObject({
      engine: 'fused',
      reason: 'the fused kernels know all layers and the loss',
    });
    const own = { ...objective, loss: (...inputs: Parameters<typeof softmaxLoss>) => softmaxLoss(...inputs) };
    expect(await choosePath(model, own)).toEqual({
      engine: 'generic',
      reason: "the loss is one of the app's own",
    });
    const unknown = tf.sequential({ layers: [words(), flatten({ name: 'flat' }), logits()] });
    expect(await choosePath(unknown, objective)).toEqual({
      engine: 'generic',
      reason: 'the layer flat (Flatten) is none that the fused kernels know in a model over tokens',
    });
  });
});
