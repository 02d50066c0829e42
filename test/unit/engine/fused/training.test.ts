import { startBackend } from '@murmuration/engine/backend/backend';
import type { DescentSettings } from '@murmuration/engine/fused/descent';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import type { Batch } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { relativeError } from '../numbers.ts';
import { fused, plain, plainBatch, sameCurve, weightsOf } from './in-training.ts';
import { batchOf, build, type Shape, small } from './models.ts';

beforeAll(async () => {
  await startBackend();
});

/** Loss and gradient in the order of the layout, by tfjs' operations on the current backend. */
function reference(model: tf.LayersModel, batch: Batch): { loss: number; gradient: Float32Array } {
  const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
  const { value, grads } = tf.variableGrads(() => softmaxLoss(model, batch), variables);
  const gradient = tf.tidy(() => tf.concat(variables.map(({ name }) => grads[name]!.flatten())).dataSync());
  const loss = value.arraySync();
  tf.dispose([value, grads]);
  return { loss, gradient: gradient as Float32Array };
}

/** Loss and gradient by the fused kernels, from one step of length 1. */
async function ours(model: tf.LayersModel, batch: Batch): Promise<{ loss: number; gradient: Float32Array }> {
  const training = await fused(model);
  const weights = weightsOf(model);
  training.begin(weights, plain, { batch: 1, steps: 1 });
  const loss = training.step(plainBatch(batch));
  const after = training.read(new Float32Array(weights.length));
  return { loss, gradient: weights.map((before, i) => before - after[i]!) };
}

const recurrentLayer = fc.record({
  kind: fc.constantFrom('gru' as const, 'lstm' as const),
  units: fc.integer({ min: 1, max: 10 }),
  activation: fc.constantFrom('tanh' as const, 'relu' as const, 'linear' as const, 'sigmoid' as const),
  recurrentActivation: fc.constantFrom('sigmoid' as const, 'hardSigmoid' as const),
  useBias: fc.boolean(),
});
const hiddenLayer = fc.record({
  units: fc.integer({ min: 1, max: 9 }),
  activation: fc.constantFrom('linear' as const, 'tanh' as const, 'relu' as const, 'sigmoid' as const),
  useBias: fc.boolean(),
});
const shape: fc.Arbitrary<Shape> = fc.record({
  words: fc.integer({ min: 2, max: 40 }),
  embedding: fc.integer({ min: 1, max: 9 }),
  maskZero: fc.boolean(),
  recurrent: fc.array(recurrentLayer, { minLength: 1, maxLength: 2 }),
  everyPosition: fc.boolean(),
  hidden: fc.array(hiddenLayer, { maxLength: 2 }),
  tied: fc.boolean(),
  seed: fc.integer({ min: 0, max: 10_000 }),
});

async function agrees(shape: Shape, rows: number, steps: number, tolerance = 2e-5): Promise<void> {
  await tf.setBackend('cpu');
  const model = build(shape);
  const batch = batchOf(shape, rows, steps, shape.seed);
  const expected = reference(model, batch);
  const actual = await ours(model, batch);
  expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(tolerance * Math.max(1, expected.loss));
  expect(relativeError(actual.gradient, expected.gradient, 0.01)).toBeLessThan(tolerance);
  model.dispose();
  tf.dispose(Object.values(batch));
}

describe('a fused step', () => {
  // Two steps at least: the gradient of tfjs' unstack fails for one.
  it('has the loss and the gradients of the CPU backend, for random layers and batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 2, max: 7 }),
        (shape, rows, steps) => agrees(shape, rows, steps),
      ),
      { numRuns: 60 },
    );
  });

  it.each(['gru', 'lstm'] as const)('agrees over a long sequence, %s', async kind => {
    const [layer] = small.recurrent;
    await agrees({ ...small, recurrent: [{ ...layer, kind }] }, 2, 120, 1e-4);
  });

  it('agrees where logits take several blocks', async () => {
    await agrees(
      { ...small, words: 9_001, embedding: 2, recurrent: [{ ...small.recurrent[0], units: 2 }] },
      10,
      8,
    );
    await agrees({ ...small, words: 9_001, embedding: 3, tied: true, seed: 2 }, 10, 8);
  });

  it('agrees for a model without recurrent layers, and for one over features', async () => {
    await agrees({ ...small, recurrent: [] }, 3, 4);
    await tf.setBackend('cpu');
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ inputShape: [5], units: 6, activation: 'relu' }),
        tf.layers.dense({ units: 3 }),
      ],
    });
    const batch = {
      inputs: tf.randomNormal([4, 5], 0, 1, 'float32', 1),
      labels: tf.tensor1d([0, 2, 1, 1], 'int32'),
      weights: tf.ones([4]),
    };
    const [expected, actual] = [reference(model, batch), await ours(model, batch)];
    expect(actual.loss).toBeCloseTo(expected.loss, 5);
    expect(relativeError(actual.gradient, expected.gradient)).toBeLessThan(1e-5);
  });

  it('has loss 0 and moves nothing where no position counts', async () => {
    await tf.setBackend('cpu');
    const model = build(small);
    const { inputs, labels, weights } = plainBatch(batchOf(small, 2, 3, 1));
    const training = await fused(model);
    const before = weightsOf(model);
    training.begin(before, plain, { batch: 2, steps: 3 });
    expect(training.step({ inputs, labels, weights: { ...weights, values: new Float32Array(6) } })).toBe(0);
    expect(training.read(new Float32Array(before.length))).toEqual(before);
  });

  it('is NaN where a weight that it uses is', async () => {
    await tf.setBackend('cpu');
    const model = build({ ...small, hidden: [{ units: 4, activation: 'relu', useBias: true }] });
    const batch = plainBatch(batchOf(small, 2, 3, 1));
    const training = await fused(model);
    const weights = weightsOf(model);
    let at = 0;
    for (const weight of model.weights) {
      const broken = weights.slice();
      // In the table, the row of the first token.
      broken[at + (at === 0 ? Number(batch.inputs.values[0]) * small.embedding : 0)] = Number.NaN;
      training.begin(broken, plain, { batch: 2, steps: 3 });
      expect(training.step(batch), weight.originalName).toBeNaN();
      at += tf.util.sizeFromShape(weight.shape as number[]);
    }
  });

  it('gives the same bytes for the same batches', async () => {
    await tf.setBackend('cpu');
    const model = build(small);
    const run = async () => {
      const training = await fused(model);
      training.begin(weightsOf(model), { ...plain, gradientClip: 1 }, { batch: 1, steps: 1 });
      for (let i = 0; i < 5; i++) training.step(plainBatch(batchOf(small, 3 + (i % 2), 4 - (i % 3), i)));
      return training.read(new Float32Array(model.countParams()));
    };
    expect(await run()).toEqual(await run());
  });

  it('refuses tokens, labels and shapes that do not fit', async () => {
    await tf.setBackend('cpu');
    const model = build(small);
    const training = await fused(model);
    training.begin(weightsOf(model), plain, { batch: 1, steps: 1 });
    const good = plainBatch(batchOf(small, 1, 2, 1));
    const step = (change: Partial<typeof good>) => () => training.step({ ...good, ...change });
    expect(step({ inputs: { shape: [1, 2], values: Int32Array.of(0, 23) } })).toThrow(
      'The token 23 of row 0',
    );
    expect(step({ inputs: { shape: [1, 2], values: Int32Array.of(-1, 0) } })).toThrow(
      'The token -1 of row 0',
    );
    expect(step({ inputs: { shape: [2], values: Int32Array.of(0, 0) } })).toThrow('do not fit the model');
    expect(step({ labels: { shape: [1, 2], values: Int32Array.of(23, 0) } })).toThrow(
      'The label 23 of position 0',
    );
    expect(step({ labels: { shape: [1], values: Int32Array.of(0) } })).toThrow('do not fit [1, 2] positions');
    expect(step({})).not.toThrow();
  });
});

describe('descent', () => {
  const settings: [string, Partial<DescentSettings>, () => tf.Optimizer][] = [
    ['SGD', {}, () => tf.train.sgd(0.1)],
    ['SGD with clipped gradients', { gradientClip: 0.05 }, () => tf.train.sgd(0.1)],
    ['SGD with the proximal pull', { proximal: 2 }, () => tf.train.sgd(0.1)],
    ['SGD with both', { proximal: 2, gradientClip: 0.05 }, () => tf.train.sgd(0.1)],
    [
      'momentum',
      { optimizer: { kind: 'momentum', momentum: 0.9, nesterov: false } },
      () => tf.train.momentum(0.1, 0.9),
    ],
    [
      'Nesterov momentum, pulled and clipped',
      { optimizer: { kind: 'momentum', momentum: 0.9, nesterov: true }, proximal: 1, gradientClip: 0.1 },
      () => tf.train.momentum(0.1, 0.9, true),
    ],
    [
      'Adam',
      { optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-4 } },
      () => tf.train.adam(0.1, 0.9, 0.99, 1e-4),
    ],
  ];

  it.each(settings)('%s is that of tfjs over ten steps', async (_, change, optimizerOf) => {
    await tf.setBackend('cpu');
    const model = build(small);
    const training = await fused(model);
    const global = weightsOf(model);
    const options = { ...plain, learningRate: 0.1, ...change };
    training.begin(global, options, { batch: 3, steps: 4 });
    const optimizer = optimizerOf();
    const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
    for (let i = 0; i < 10; i++) {
      const batch = batchOf(small, 3, 4, i);
      const { loss, gradient } = reference(model, batch);
      const now = weightsOf(model);
      const pulled = gradient.map(
        (outputGradient, j) => outputGradient + options.proximal * (now[j]! - global[j]!),
      );
      const norm = Math.sqrt(
        pulled.reduce((sum, outputGradient) => sum + outputGradient * outputGradient, 0),
      );
      const scale = options.gradientClip === null ? 1 : Math.min(1, options.gradientClip / norm);
      let at = 0;
      optimizer.applyGradients(
        variables.map(({ name, shape, size }) => {
          const outputGradients = pulled.slice(at, at + size).map(outputGradient => outputGradient * scale);
          at += size;
          return { name, tensor: tf.tensor(outputGradients, shape) };
        }),
      );
      expect(training.step(plainBatch(batch))).toBeCloseTo(loss, 4);
    }
    const moved = weightsOf(model).map((weight, i) => weight - global[i]!);
    const ourMove = training.read(new Float32Array(global.length)).map((weight, i) => weight - global[i]!);
    expect(relativeError(ourMove, moved)).toBeLessThan(1e-3);
  });

  it.each([
    ['gru', false],
    ['lstm', false],
    ['gru', true],
  ] as const)('has the loss curve of the generic path over 120 steps, %s, tied: %s', async (kind, tied) => {
    await tf.setBackend('wasm');
    const recurrent = [{ ...small.recurrent[0], kind, units: 16 }];
    const shape: Shape = { ...small, words: 60, embedding: tied ? 16 : 6, recurrent, tied, seed: 2 };
    const model = build(shape);
    const batches = Array.from({ length: 10 }, (_, i) => batchOf(shape, 8, 6, 100 + i));
    await sameCurve(model, batches, { batch: 8, steps: 6 }, 0.5);
  });
});

describe('memory', () => {
  it('is known before training, and no step takes more', async () => {
    await tf.setBackend('cpu');
    const model = build(small);
    const training = await fused(model);
    const weights = weightsOf(model);
    const bytes = training.begin(weights, plain, { batch: 4, steps: 5 });
    for (let i = 0; i < 3; i++) training.step(plainBatch(batchOf(small, 4 - i, 5 - i, i)));
    expect(training.bytes).toBe(bytes);
    training.step(plainBatch(batchOf(small, 5, 5, 1)));
    expect(training.bytes).toBeGreaterThan(bytes);
    expect(training.begin(weights, { ...plain, proximal: 1 }, { batch: 4, steps: 5 })).toBeGreaterThan(bytes);
    expect(training.begin(weights, plain, { batch: 4, steps: 5 })).toBe(bytes);
  });

  it('is not taken where the device allows less', async () => {
    await tf.setBackend('cpu');
    const training = await fused(build(small), { memoryLimit: 2 ** 20 });
    const weights = new Float32Array(build(small).countParams());
    expect(() => training.begin(weights, plain, { batch: 1_000, steps: 100 })).toThrow(
      expect.objectContaining({
        code: 'training.no-memory',
        detail: expect.stringMatching(
          /^Training takes \d+ MiB of memory, and this device allows 1 MiB; smaller batches take less\.$/,
        ),
      }),
    );
    expect(training.begin(weights, plain, { batch: 2, steps: 2 })).toBeLessThan(2 ** 20);
  });
});
