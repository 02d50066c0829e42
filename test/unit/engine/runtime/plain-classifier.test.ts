import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { startBackend } from '@murmuration/engine/backend/backend';
import { topologyOf } from '@murmuration/engine/fused/model-topology';
import { storedTopologyOf } from '@murmuration/engine/fused/stored-topology';
import { describeModel } from '@murmuration/engine/models/model';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import { plainClassifierOf } from '@murmuration/engine/runtime/plain-classifier';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, small } from '../fused/models.ts';

const files = (model: tf.LayersModel) => ({ hash: '0'.repeat(64) as ModelHash, ...describeModel(model) });
const bytesOf = (values: Float32Array) => Buffer.from(values.slice().buffer);

beforeAll(async () => {
  await startBackend();
});

const { dense, embedding, gru, lstm, activation, softmax } = tf.layers;
const sequential = (...layers: tf.layers.Layer[]) => tf.sequential({ layers });
const models: [string, () => tf.LayersModel][] = [
  ['a next-word model', () => nextWordModel({ vocabulary: 30, embedding: 5, gru: 7, dense: null }, 1)],
  [
    'a tied one with dropout',
    () => nextWordModel({ vocabulary: 30, embedding: 5, gru: 7, dense: 5, tied: true, dropout: 0.3 }, 1),
  ],
  [
    'an LSTM over masked words',
    () => build({ ...small, maskZero: true, recurrent: [{ ...small.recurrent[0], kind: 'lstm' }] }),
  ],
  [
    'the last position of two layers, a softmax behind',
    () =>
      sequential(
        embedding({ inputDim: 30, outputDim: 4 }),
        gru({ units: 6, returnSequences: true, recurrentActivation: 'sigmoid' }),
        lstm({ units: 5, recurrentActivation: 'hardSigmoid', useBias: false }),
        dense({ units: 30 }),
        softmax(),
      ),
  ],
  [
    'rows of features',
    () =>
      sequential(
        dense({ units: 6, inputShape: [4], activation: 'tanh' }),
        activation({ activation: 'relu' }),
        tf.layers.dropout({ rate: 0.5 }),
        dense({ units: 5, useBias: false }),
        dense({ units: 3, activation: 'softmax' }),
      ),
  ],
];

describe('a model in JavaScript', () => {
  it.each(models)('is read from its files as TensorFlow.js reads it: %s', (_, make) => {
    const model = make();
    const { topology, layout } = describeModel(model);
    const stored = JSON.parse(JSON.stringify(topology));
    const read = storedTopologyOf(stored, layout.tensors);
    expect(read).toEqual(topologyOf(model));
    expect(storedTopologyOf({ model_config: stored }, layout.tensors)).toEqual(read);
  });

  it.each(models)('says what it says on WebAssembly, byte for byte: %s', async (_, make) => {
    const model = files(make());
    const [ours, theirs] = [plainClassifierOf(model), await classifierOf(model)];
    const isTokens = JSON.stringify(model.topology).includes('Embedding');
    const inputs = isTokens ? [[1], [1, 2, 3], [1, 2, 4], [7, 0, 7]] : [[0.5, -1, 2, 0]];
    for (const input of inputs)
      for (const first of isTokens ? [undefined, 1] : [undefined]) {
        const [mine, other] = [ours.after(input, first), theirs.after(input, first)];
        if (isTokens) expect(bytesOf(mine).equals(bytesOf(other))).toBe(true);
        else for (const [i, value] of mine.entries()) expect(value).toBeCloseTo(other[i]!, 5);
      }
    ours.dispose();
  });

  it('is refused with the reason where it is another', () => {
    const { topology, layout, weights, hash } = files(models[0]![1]());
    const open = (changed: object, tensors = layout.tensors) =>
      plainClassifierOf({ hash, topology: changed, layout: { ...layout, tensors }, weights }, 30);
    const changed = (
      change: (
        layers: { class_name: string; config: Record<string, unknown>; inbound_nodes: unknown }[],
      ) => void,
    ) => {
      const copy = JSON.parse(JSON.stringify(topology));
      change(copy.config.layers);
      return copy;
    };
    expect(() => open(topology)).not.toThrow();
    for (const [model, reason] of [
      [{}, 'the model is of the class undefined'],
      [{ class_name: 'Sequential', config: null }, 'the file of the model is damaged'],
      [{ class_name: 'Sequential', config: { layers: 3 } }, 'the file of the model names no layers'],
      [
        { class_name: 'Sequential', config: { layers: [] } },
        'the file of the model tells no shape of its inputs',
      ],
      [
        changed(layers => (layers[2]!.class_name = 'Transformer')),
        'the layer gru (Transformer) is none that is read without TensorFlow.js',
      ],
      [
        changed(layers => (layers[2]!.config.units = 8)),
        'the weights of the layer gru have other shapes than it',
      ],
      [changed(layers => (layers[2]!.config.reset_after = true)), 'the layer gru uses resetAfter'],
      [changed(layers => (layers[2]!.config.activation = 'elu')), 'the layer gru uses the activation elu'],
      [
        changed(layers => (layers[3]!.inbound_nodes = [[['ids', 0, 0, {}]]])),
        'the layer logits does not follow only the one before it',
      ],
      [changed(layers => layers.pop()), 'the last layer is not the output'],
    ] as const)
      expect(() => open(model), reason).toThrow(
        expect.objectContaining({
          code: 'model.unusable',
          detail: `The model does not run in JavaScript: ${reason}.`,
        }),
      );
    expect(() => open(topology, layout.tensors.slice(0, -1))).toThrow('have other shapes than it');
    expect(() => open(topology, [...layout.tensors, { name: 'extra', shape: [1] }])).toThrow(
      'extra belong to no layer',
    );
    expect(() => plainClassifierOf({ hash, topology, layout, weights }, 5)).toThrow(
      'has 30 outputs, the task 5',
    );
    const rows = plainClassifierOf(files(models.at(-1)![1]()), 3);
    expect(() => rows.after([1, 2])).toThrow(/takes 4 features, not 2/);
    const tokens = plainClassifierOf(files(models[0]![1]()));
    expect(() => tokens.after([1, 30])).toThrow(RangeError);
  });
});
