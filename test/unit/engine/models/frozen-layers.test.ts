import { frozenLayersOf } from '@murmuration/engine/models/frozen-layers';
import { describeModel, loadModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';

const { dense, batchNormalization, timeDistributed, bidirectional, lstm, globalAveragePooling1d } = tf.layers;

describe('frozen layers', () => {
  it('UP17: are found in models and wrappers inside of a model, however they were frozen', async () => {
    const inner = tf.sequential({
      layers: [dense({ units: 3, inputShape: [4], name: 'a' }), batchNormalization({ name: 'bn' })],
    });
    inner.trainable = false;
    const layer = lstm({ units: 2, returnSequences: true, name: 'l' }) as tf.RNN;
    const both = bidirectional({ layer, inputShape: [5, 3], name: 'bi', mergeMode: 'concat' });
    both.trainable = false;
    const model = tf.sequential({
      layers: [
        both,
        timeDistributed({ layer: dense({ units: 4, trainable: false }), name: 'each' }),
        globalAveragePooling1d(),
        inner,
        batchNormalization({ name: 'trained' }),
        dense({ units: 2, name: 'head' }),
      ],
    });
    const parts = describeModel(model);
    expect(frozenLayersOf(parts)).toEqual(['bi/forward_l', 'bi/backward_l', 'each', 'a', 'bn']);
    const loaded = await loadModel(parts);
    const again = describeModel(loaded);
    expect(again.layout).toEqual(parts.layout);
    expect(again.weights).toEqual(parts.weights);
    expect(frozenLayersOf(again)).toEqual(frozenLayersOf(parts));
    expect(loaded.trainableWeights.map(({ originalName }) => originalName)).toEqual([
      'trained/gamma',
      'trained/beta',
      'head/kernel',
      'head/bias',
    ]);
  });

  it('are none where all is trained, or a stored model tells nothing of its layers', () => {
    const parts = describeModel(tf.sequential({ layers: [dense({ units: 1, inputShape: [2] })] }));
    expect(frozenLayersOf(parts)).toEqual([]);
    expect(frozenLayersOf({ ...parts, topology: {} })).toEqual([]);
    expect(frozenLayersOf({ ...parts, topology: { config: 'rubbish' } })).toEqual([]);
  });

  it('are refused where there are more than a plan has room for', () => {
    const tensors = Array.from({ length: 513 }, (_, i) => ({ name: `l${i}/kernel`, shape: [1] }));
    const layers = tensors.map((_, i) => ({ config: { name: `l${i}`, trainable: false } }));
    const model = {
      topology: { config: { layers } },
      layout: { tensors, count: 513, hash: new Uint8Array(32) },
    };
    expect(codeOf(() => frozenLayersOf(model))).toBe('plan.frozen-layers');
  });
});
