import { largeModel, nextWordModel, smallModel, tableModel } from '@murmuration/demo-keyboard-app/task/model';
import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

beforeAll(async () => {
  await startBackend();
});

afterEach(() => {
  tf.disposeVariables();
});

const tiny = { vocabulary: 12, embedding: 3, gru: 5, dense: 4 };

function weightsOf(model: tf.LayersModel): number[] {
  return model.getWeights().flatMap(weight => [...weight.dataSync()]);
}

function logitsOf(model: tf.LayersModel, ids: number[][]): tf.Tensor {
  return model.predict(tf.tensor2d(ids, undefined, 'int32')) as tf.Tensor;
}

describe('a next-word model', () => {
  it('has the published number of parameters', () => {
    expect(nextWordModel(largeModel, 1).countParams()).toBe(1_372_368);
  });

  it('has as many as its widths ask for where no layer narrows it', () => {
    const { vocabulary, embedding, gru } = smallModel;
    const parameters = nextWordModel(smallModel, 1).countParams();
    expect(parameters).toBe(
      vocabulary * embedding + 3 * gru * (embedding + gru + 1) + vocabulary * (gru + 1),
    );
  });

  it('needs no matrix of its own for an output that is tied to the embedding', () => {
    expect(nextWordModel({ ...largeModel, tied: true }, 1).countParams()).toBe(732_368);
    expect(nextWordModel(tableModel, 1).countParams()).toBe(1_479_120);
    expect(
      nextWordModel({ vocabulary: 12, embedding: 5, gru: 5, dense: null, tied: true }, 1).countParams(),
    ).toBe(12 * 5 + 3 * 5 * 11 + 12);
    expect(() => nextWordModel({ ...largeModel, tied: true, dense: null }, 1)).toThrow(
      "A tied output takes 64 inputs, the embedding's width, not 128.",
    );
  });

  it('leaves out values before and behind its GRU where it is told to, in training alone', () => {
    const [dropping, plain] = [nextWordModel({ ...tiny, dropout: 0.5 }, 1), nextWordModel(tiny, 1)];
    expect(dropping.layers.map(layer => layer.getClassName())).toEqual([
      'InputLayer', 'Embedding', 'Dropout', 'GRU', 'Dropout', 'Dense', 'Dense',
    ]); // biome-ignore format: one line
    const [ids, of] = [[[1, 4, 5]], (model: typeof plain) => Array.from(logitsOf(model, ids).dataSync())];
    expect(of(dropping)).toEqual(of(plain));
  });

  it('gives logits for each position', () => {
    expect(
      logitsOf(nextWordModel(tiny, 1), [
        [1, 4, 5],
        [1, 6, 7],
      ]).shape,
    ).toEqual([2, 3, 12]);
  });

  it('sees no token after a position', () => {
    const model = nextWordModel(tiny, 1);
    const logits = (last: number) =>
      logitsOf(model, [[1, 4, last]])
        .slice([0, 0, 0], [1, 2, 12])
        .dataSync();
    expect(logits(5)).toEqual(logits(9));
  });

  it('remembers the tokens before a position', () => {
    const model = nextWordModel(tiny, 1);
    const logits = (first: number) =>
      logitsOf(model, [[first, 4, 5]])
        .slice([0, 2, 0], [1, 1, 12])
        .dataSync();
    expect(logits(6)).not.toEqual(logits(7));
  });

  it('starts with the same finite weights for the same seed, and others for another', () => {
    const weights = weightsOf(nextWordModel(tiny, 3));
    expect(weightsOf(nextWordModel(tiny, 3))).toEqual(weights);
    expect(weightsOf(nextWordModel(tiny, 4))).not.toEqual(weights);
    expect(weights.every(Number.isFinite)).toBe(true);
  });

  it('has the same topology, whatever was built before', () => {
    const first = nextWordModel(tiny, 1).toJSON();
    expect(nextWordModel(tiny, 1).toJSON()).toEqual(first);
  });

  it('is loaded by tf.loadLayersModel alone', async () => {
    const model = nextWordModel(tiny, 5);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async artifacts => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
    const ids = [[1, 4, 8, 2]];
    expect(logitsOf(loaded, ids).dataSync()).toEqual(logitsOf(model, ids).dataSync());
  });
});
