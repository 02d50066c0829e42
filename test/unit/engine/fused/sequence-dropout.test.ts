import { startBackend } from '@murmuration/engine/backend/backend';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import { predictorOf, scorerOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import { beforeAll, describe, expect, it } from 'vitest';
import { numbers, relativeError } from '../numbers.ts';
import { fused, plain, plainBatch, weightsOf } from './in-training.ts';
import { batchOf, small } from './models.ts';

beforeAll(async () => {
  await startBackend();
  await tf.setBackend('cpu');
});

const [rows, steps, units] = [3, 5, 7];
const { words, embedding } = small;

/** Multiplies by what it is given; of a batch of another size it leaves everything. */
class Factors extends tf.layers.Layer {
  static readonly className = 'Factors';
  readonly #factors: tf.Tensor;

  constructor(factors: tf.Tensor) {
    super({});
    this.#factors = factors;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0]! : inputs;
    return x.mul(this.#factors);
  }
}

const mixed = (value: number) => {
  let bits = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
};

/** What dropout multiplies a value by, drawn one by one. */
function factor(rate: number, seed: number, step: number, place: number, index: number): number {
  const draws = mixed(mixed(mixed(seed) + step) + place);
  return mixed(Math.imul(index, 0x9e3779b9) ^ draws) < Math.floor(rate * 2 ** 32) ? 0 : 1 / (1 - rate);
}

/** Factors of a tensor `[rows, steps, width]`, whose values are numbered step by step. */
const factorsOf = (rate: number, seed: number, step: number, place: number, width: number) =>
  tf.tensor(
    Array.from({ length: rows }, (_, row) =>
      Array.from({ length: steps }, (_, at) =>
        Array.from({ length: width }, (_, i) =>
          factor(rate, seed, step, place, (at * rows + row) * width + i),
        ),
      ),
    ),
  );

function model(between: (place: number, width: number) => tf.layers.Layer[]): tf.LayersModel {
  const inputs = tf.input({ shape: [null], dtype: 'int32' });
  const layers = [
    tf.layers.embedding({ inputDim: words, outputDim: embedding }),
    ...between(0, embedding),
    tf.layers.gru({ units, returnSequences: true, recurrentInitializer: 'glorotUniform' }),
    ...between(1, units),
    tf.layers.lstm({ units, returnSequences: true, recurrentInitializer: 'glorotUniform' }),
    ...between(2, units),
    tf.layers.dense({ units: 4 }),
    tf.layers.dense({ units: words }),
  ];
  const outputs = layers.reduce((input, layer) => layer.apply(input) as tf.SymbolicTensor, inputs);
  const made = tf.model({ inputs, outputs });
  made.setWeights(made.getWeights().map((w, i) => tf.tensor(numbers(w.size, i, 0.5), w.shape)));
  return made;
}

const rates = [0.25, 0.5, 0.1];
const withDropout = () => model(place => [tf.layers.dropout({ rate: rates[place]! })]);

describe('dropout between the layers of a sequence', () => {
  it('has the loss and the gradients of the CPU backend under the same draws, in each step', async () => {
    const ours = withDropout();
    const batch = batchOf(small, rows, steps, 1);
    const training = await fused(ours);
    const weights = weightsOf(ours);
    training.begin(weights, plain, { batch: rows, steps }, 11);
    for (const step of [0, 1]) {
      const before = training.read(new Float32Array(weights.length));
      const reference = model((place, width) => [
        new Factors(factorsOf(rates[place]!, 11, step, place, width)),
      ]);
      const places = reference.trainableWeights.map(weight => weight.read() as tf.Variable);
      let at = 0;
      for (const place of places) {
        place.assign(tf.tensor(before.slice(at, at + place.size), place.shape));
        at += place.size;
      }
      const { value, grads } = tf.variableGrads(() => softmaxLoss(reference, batch), places);
      const gradient = tf.concat(places.map(({ name }) => grads[name]!.flatten())).dataSync();
      expect(training.step(plainBatch(batch))).toBeCloseTo(value.dataSync()[0]!, 5);
      const after = training.read(new Float32Array(weights.length));
      const moved = before.map((weight, i) => weight - after[i]!);
      expect(relativeError(moved, gradient as Float32Array, 0.01)).toBeLessThan(2e-5);
    }
  });

  it('follows from the seed', async () => {
    const ours = withDropout();
    const batch = plainBatch(batchOf(small, rows, steps, 1));
    const training = await fused(ours);
    const losses = (seed: number) => {
      training.begin(weightsOf(ours), { ...plain, learningRate: 0 }, { batch: rows, steps }, seed);
      return Array.from({ length: 20 }, () => training.step(batch));
    };
    const of7 = losses(7);
    expect(losses(7)).toEqual(of7);
    expect(losses(8)).not.toEqual(of7);
    expect(new Set(of7).size).toBe(20);
  });

  it('leaves out nothing in use', async () => {
    const [ours, without] = [withDropout(), model(() => [])];
    const [scorer, plainScorer] = [await scorerOf(ours), await scorerOf(without)];
    const inputs = Int32Array.of(3, 1, 4, 1);
    const scores = (of: typeof scorer) => {
      const found: number[] = [];
      of.score(inputs, { batch: 1, steps: 4 }, [1, 3], (_, values, offset) =>
        found.push(...Array.from({ length: words }, (_, id) => values[offset + id]!)),
      );
      return found;
    };
    expect(scores(scorer)).toEqual(scores(plainScorer));
    const [{ predictor }, { predictor: plainPredictor }] = [
      await predictorOf(ours),
      await predictorOf(without),
    ];
    for (const id of inputs) {
      predictor.next(id);
      plainPredictor.next(id);
    }
    expect(predictor.scores()).toEqual(plainPredictor.scores());
  });
});
