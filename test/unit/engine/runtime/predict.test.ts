import { startBackend } from '@murmuration/engine/backend/backend';
import { softmax } from '@murmuration/engine/inference/softmax';
import { predictorOf, scorerOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, type Shape, small } from '../fused/models.ts';
import { integers, relativeError } from '../numbers.ts';

beforeAll(async () => {
  await startBackend();
});

const lstm: Shape = {
  ...small,
  maskZero: true,
  recurrent: [{ ...small.recurrent[0], kind: 'lstm', units: 5 }, small.recurrent[0]],
  hidden: [{ units: 6, activation: 'tanh', useBias: false }],
};

/** Scores of the whole sequence so far at its last position, by tfjs. */
function expected(model: tf.LayersModel, sequence: number[]): Float32Array {
  const words = model.outputs[0]!.shape.at(-1)!;
  const all = tf.tidy(() =>
    (model.apply(tf.tensor2d([sequence], undefined, 'int32')) as tf.Tensor).dataSync(),
  );
  return all.slice(-words) as Float32Array;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

/** A model of layers that the fused kernels don't know. */
function unknown(): tf.LayersModel {
  const { embedding, simpleRNN, dense } = tf.layers;
  return tf.sequential({
    layers: [
      embedding({ inputDim: small.words, outputDim: 4 }),
      simpleRNN({ units: 5, returnSequences: true, name: 'plain' }),
      dense({ units: small.words }),
    ],
  });
}

describe('predictorOf', () => {
  it.each<[string, () => tf.LayersModel, string, string]>([
    ['a GRU', () => build(small), 'fused', 'the fused kernels know all layers'],
    [
      'a tied output',
      () => build({ ...small, embedding: 9, tied: true }),
      'fused',
      'the fused kernels know all layers',
    ],
    ['LSTM and GRU over masked words', () => build(lstm), 'fused', 'the fused kernels know all layers'],
    [
      'the last position alone',
      () => build({ ...small, everyPosition: false }),
      'fused',
      'the fused kernels know all layers',
    ],
    ['other layers', unknown, 'generic', 'there is no fused kernel for the layer plain (SimpleRNN)'],
  ])('scores each token as tfjs scores the whole sequence: %s', async (_, make, engine, reason) => {
    const model = make();
    const { predictor, ...chosen } = await predictorOf(model);
    expect(chosen).toEqual({ engine, reason });
    expect(predictor.scores()).toEqual(new Float32Array(small.words));
    for (const seed of [1, 2]) {
      predictor.begin();
      const sequence: number[] = [];
      for (const token of integers(8, seed, small.words)) {
        sequence.push(token);
        predictor.next(token);
        expect(relativeError(predictor.scores(), expected(model, sequence), 0.1)).toBeLessThan(1e-5);
      }
    }
  });

  it.each<[string, () => tf.LayersModel]>([
    ['a GRU', () => build(small)],
    ['LSTM and GRU over masked words', () => build(lstm)],
    ['the last position alone', () => build({ ...small, everyPosition: false })],
    ['no recurrent layer', () => build({ ...small, recurrent: [] })],
    ['other layers', unknown],
  ])('goes on from a state to the bytes of reading again: %s', async (_, make) => {
    const model = make();
    const { predictor } = await predictorOf(model);
    const other = (await predictorOf(model)).predictor;
    const read = (tokens: ArrayLike<number>) => {
      other.begin();
      for (const token of Array.from(tokens)) other.next(token);
      return bytesOf(other.scores());
    };
    const sequence = integers(6, 3, small.words);
    const states = Array.from(sequence, token => {
      predictor.next(token);
      return predictor.state();
    });
    for (const at of [2, 5, 0]) {
      const [before, next] = [sequence.slice(0, at + 1), (at * 5 + 1) % small.words];
      predictor.resume(states[at]!);
      expect(bytesOf(predictor.scores())).toEqual(read(before));
      expect(predictor.top(1)[0]!.score).toBe(Math.max(...predictor.scores()));
      predictor.next(next);
      expect(bytesOf(predictor.scores())).toEqual(read([...before, next]));
    }
  });

  it.each([() => build(small), unknown])(
    'makes probabilities of the scores, from a first token on',
    async make => {
      const { predictor } = await predictorOf(make());
      for (const token of integers(5, 4, small.words)) {
        predictor.next(token);
        for (const first of [0, 3, small.words - 1]) {
          const expected = softmax(predictor.scores(), first);
          const found = predictor.probabilities(first);
          expect(found.subarray(0, first).every(value => value === 0)).toBe(true);
          expect(relativeError(found, expected, 1e-3)).toBeLessThan(1e-5);
        }
      }
    },
  );

  it('counts scores that are no numbers as the least likely', async () => {
    const model = build({ ...small, recurrent: [] });
    const bias = model.getWeights().at(-1)!.dataSync().slice();
    bias[4] = Number.NaN;
    model.setWeights([...model.getWeights().slice(0, -1), tf.tensor1d(bias)]);
    const { predictor } = await predictorOf(model);
    predictor.next(1);
    expect(predictor.probabilities(2)).toEqual(softmax(predictor.scores(), 2));
    expect(predictor.probabilities(2)[4]).toBe(0);
  });

  it.each([() => build(small), unknown])(
    'hands out the highest scores in order, from a first token on',
    async make => {
      const { predictor } = await predictorOf(make());
      predictor.next(3);
      const scores = predictor.scores();
      const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!);
      expect(predictor.top(5)).toEqual(order.slice(0, 5).map(token => ({ token, score: scores[token] })));
      expect(predictor.top(100).map(({ token }) => token)).toEqual(order);
      expect(predictor.top(3, 4).map(({ token }) => token)).toEqual(
        order.filter(token => token >= 4).slice(0, 3),
      );
      expect(predictor.top(0)).toEqual([]);
      expect(predictor.top(3, small.words)).toEqual([]);
    },
  );

  it('refuses tokens that the model does not know, and models over features', async () => {
    for (const model of [build(small), unknown()]) {
      const { predictor } = await predictorOf(model);
      for (const token of [-1, 0.5, Number.NaN, small.words])
        expect(() => predictor.next(token)).toThrow(`The token ${token} is not one of the model's 23.`);
    }
    const features = tf.sequential({ layers: [tf.layers.dense({ inputShape: [4], units: 3 })] });
    await expect(predictorOf(features)).rejects.toThrow('takes features');
  });
});

describe('scorerOf', () => {
  it.each<[string, () => tf.LayersModel, boolean]>([
    ['a GRU', () => build(small), true],
    ['a tied output', () => build({ ...small, tied: true }), true],
    ['LSTM and GRU over masked words', () => build(lstm), true],
    ['the last position alone', () => build({ ...small, everyPosition: false }), false],
    ['other layers', unknown, true],
  ])('scores the positions that are asked for as tfjs scores all: %s', async (_, make, everyPosition) => {
    const model = make();
    const scorer = await scorerOf(model);
    for (const [batch, steps, seed] of [
      [3, 4, 1],
      [2, 9, 2],
      [5, 2, 3],
    ] as const) {
      const tokens = integers(batch * steps, seed, small.words);
      const all = tf.tidy(() => {
        const logits = model.apply(tf.tensor2d(tokens, [batch, steps], 'int32')) as tf.Tensor;
        return logits.dataSync();
      });
      const positions = [...tokens.keys()].filter(i =>
        everyPosition ? i % 3 !== 1 : i % steps === steps - 1,
      );
      const heard: number[] = [];
      scorer.score(tokens, { batch, steps }, positions, (position, scores, offset) => {
        heard.push(position);
        const at = (everyPosition ? position : Math.floor(position / steps)) * small.words;
        const expected = all.subarray(at, at + small.words);
        expect(relativeError(scores.subarray(offset, offset + small.words), expected, 0.1)).toBeLessThan(
          1e-5,
        );
      });
      expect(heard).toEqual(positions);
    }
  });

  it.each([1, 2, 3])('gives the same bytes with %i threads', async threads => {
    const shape: Shape = { ...small, words: 4_000, recurrent: [{ ...small.recurrent[0], units: 40 }] };
    const model = build(shape);
    const tokens = integers(64 * 8, 1, shape.words);
    const positions = [...tokens.keys()];
    const scoresWith = async (threads: number) => {
      const scorer = await scorerOf(model, threads);
      const all: Float32Array[] = [];
      scorer.score(tokens, { batch: 64, steps: 8 }, positions, (_, scores, offset) =>
        all.push(scores.slice(offset, offset + shape.words)),
      );
      await scorer.close();
      return all;
    };
    // As bytes: an assertion over two million numbers takes seconds.
    const [actual, expected] = [await scoresWith(threads), await scoresWith(1)];
    expect(actual.length).toBe(positions.length);
    expect(actual.every((scores, i) => Buffer.compare(bytesOf(scores), bytesOf(expected[i]!)) === 0)).toBe(
      true,
    );
  });

  it('takes several blocks of logits', async () => {
    const shape: Shape = {
      ...small,
      words: 9_001,
      embedding: 2,
      recurrent: [{ ...small.recurrent[0], units: 2 }],
    };
    const model = build(shape);
    const tokens = integers(80, 1, shape.words);
    const all = tf.tidy(() => (model.apply(tf.tensor2d(tokens, [8, 10], 'int32')) as tf.Tensor).dataSync());
    let error = 0;
    const scorer = await scorerOf(model);
    scorer.score(tokens, { batch: 8, steps: 10 }, [...tokens.keys()], (position, scores, offset) => {
      const expected = all.subarray(position * shape.words, (position + 1) * shape.words);
      error = Math.max(error, relativeError(scores.subarray(offset, offset + shape.words), expected, 0.1));
    });
    expect(error).toBeLessThan(1e-5);
  });
});
