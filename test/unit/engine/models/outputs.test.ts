import { startBackend } from '@murmuration/engine/backend/backend';
import { topologyOf } from '@murmuration/engine/fused/model-topology';
import { choosePath } from '@murmuration/engine/fused/path';
import { describeModel, readWeights, writeWeights } from '@murmuration/engine/models/model';
import { logitsOf, outputsOf } from '@murmuration/engine/models/outputs';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import { NegativeSampler } from '@murmuration/engine/objective/negative-sampler';
import type { Batch, Objective } from '@murmuration/engine/objective/objective';
import { sampledSoftmaxLoss } from '@murmuration/engine/objective/sampled-softmax';
import { classifierOf } from '@murmuration/engine/runtime/classifier';
import { loadLayers } from '@murmuration/engine/runtime/layers-model';
import { predictorOf, scorerOf } from '@murmuration/engine/runtime/predict';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { beforeAll, describe, expect, it } from 'vitest';
import { integers, numbers, relativeError, uniformOf } from '../numbers.ts';

const classes = 5;
const { activation, dense, embedding, gru, simpleRNN, softmax } = tf.layers;

/** The ways in which people end a classifier; without one, it ends in logits. */
const ends = {
  'a dense layer with softmax': () => [dense({ units: classes, activation: 'softmax' })],
  'softmax as an activation of its own': () => [
    dense({ units: classes }),
    activation({ activation: 'softmax' }),
  ],
  'the layer Softmax': () => [dense({ units: classes }), softmax({ axis: -1 })],
};
const linear = () => [dense({ units: classes })];

const bodies = {
  'over features': () => [dense({ units: 6, activation: 'relu', inputShape: [4] })],
  'over tokens, at each': () => [
    embedding({ inputDim: classes, outputDim: 3 }),
    gru({ units: 6, returnSequences: true }),
  ],
  'over tokens, at the last': () => [embedding({ inputDim: classes, outputDim: 3 }), gru({ units: 6 })],
  'that no fused kernel knows': () => [
    embedding({ inputDim: classes, outputDim: 3 }),
    simpleRNN({ units: 6, returnSequences: true }),
  ],
};

const rows = 3;
const steps = 4;

/** Two models of the same weights: one that ends as it is named, and one that ends in logits. */
function twins(body: keyof typeof bodies, end: keyof typeof ends) {
  const model = tf.sequential({ layers: [...bodies[body](), ...ends[end]()] });
  const twin = tf.sequential({ layers: [...bodies[body](), ...linear()] });
  const weights = Float32Array.from(numbers(model.countParams(), 7, 0.5));
  writeWeights(model, weights);
  writeWeights(twin, weights);
  return { model, twin, weights };
}

function batchOf(body: keyof typeof bodies): Batch {
  const overFeatures = body === 'over features';
  const labels = body === 'over tokens, at the last' || overFeatures ? [rows] : [rows, steps];
  const size = tf.util.sizeFromShape(labels);
  return {
    inputs: overFeatures
      ? tf.tensor(numbers(rows * 4, 1, 1), [rows, 4])
      : tf.tensor(integers(rows * steps, 1, classes), [rows, steps], 'int32'),
    labels: tf.tensor(integers(size, 2, classes), labels, 'int32'),
    weights: tf.ones(labels),
  };
}

const objective: Objective<never> = {
  loss: softmaxLoss,
  encode: () => {
    throw new Error('not used');
  },
};
const files = (model: tf.LayersModel) => ({ hash: '0'.repeat(64) as ModelHash, ...describeModel(model) });
const valuesOf = (tensor: tf.Tensor) => Float32Array.from(tensor.dataSync());

function gradientsOf(model: tf.LayersModel, loss: () => tf.Scalar): [number, Float32Array] {
  const variables = model.trainableWeights.map(weight => weight.read() as tf.Variable);
  const { value, grads } = tf.variableGrads(loss, variables);
  return [value.dataSync()[0]!, valuesOf(tf.concat(variables.map(({ name }) => grads[name]!.flatten())))];
}

beforeAll(() => startBackend());

const cases = Object.keys(bodies).flatMap(body =>
  Object.keys(ends).map(end => [body as keyof typeof bodies, end as keyof typeof ends] as const),
);

describe.each(cases)('a classifier %s that ends in %s', (body, end) => {
  it('is known for its probabilities, and keeps its logits', () => {
    const { model, twin } = twins(body, end);
    const { inputs } = batchOf(body);
    expect([outputsOf(model), outputsOf(twin)]).toEqual(['probabilities', 'logits']);
    const expected = valuesOf(twin.apply(inputs) as tf.Tensor);
    expect(relativeError(valuesOf(logitsOf(model)(inputs)), expected, 1)).toBeLessThan(1e-6);
    // What the test is about: the model itself says something else.
    expect(relativeError(valuesOf(model.apply(inputs) as tf.Tensor), expected, 1)).toBeGreaterThan(0.1);
  });

  it('learns as one that ends in logits', () => {
    const { model, twin } = twins(body, end);
    const batch = batchOf(body);
    const [loss, gradient] = gradientsOf(model, () => softmaxLoss(model, batch));
    const [expectedLoss, expected] = gradientsOf(twin, () => softmaxLoss(twin, batch));
    expect(loss).toBeCloseTo(expectedLoss, 5);
    expect(relativeError(gradient, expected, 1)).toBeLessThan(1e-6);
    const draw = () => new NegativeSampler(classes, 1, uniformOf(3)).draw();
    const [sampled, sampledGradient] = gradientsOf(model, () => sampledSoftmaxLoss(model)(batch, draw()));
    const [expectedSampled, alike] = gradientsOf(twin, () => sampledSoftmaxLoss(twin)(batch, draw()));
    expect(sampled).toBeCloseTo(expectedSampled, 5);
    expect(relativeError(sampledGradient, alike, 1)).toBeLessThan(1e-6);
  });

  it('trains on the same kernels', async () => {
    const { model, twin } = twins(body, end);
    const [path, expected] = [await choosePath(model, objective), await choosePath(twin, objective)];
    expect(path.engine).toBe(expected.engine);
    expect(path.engine).toBe(body === 'that no fused kernel knows' ? 'generic' : 'fused');
    if (path.engine === 'fused') expect(topologyOf(model)).toEqual(topologyOf(twin));
  });

  it('says logits to who makes probabilities of them, and probabilities to who asks the model', async () => {
    const { model, twin } = twins(body, end);
    const batch = batchOf(body);
    const inputs = Array.from(batch.inputs.dataSync());
    const length = inputs.length / rows;
    const wanted = valuesOf(model.apply(batch.inputs) as tf.Tensor);
    const logits = valuesOf(twin.apply(batch.inputs) as tf.Tensor);
    const lastOfFirst = wanted.length / rows - classes;

    const classifier = await classifierOf(files(model), classes);
    const after = classifier.after(inputs.slice(0, length));
    expect(relativeError(after, logits.slice(lastOfFirst, lastOfFirst + classes), 1)).toBeLessThan(1e-5);
    classifier.dispose();

    const scorer = await scorerOf(model);
    const extent = { batch: rows, steps: body === 'over features' ? 1 : steps };
    scorer.score(inputs, extent, [extent.steps - 1], (_, scores, offset) => {
      const row = scores.slice(offset, offset + classes);
      expect(relativeError(row, logits.slice(lastOfFirst, lastOfFirst + classes), 1)).toBeLessThan(1e-5);
    });
    await scorer.close();

    if (body !== 'over features') {
      const { predictor } = await predictorOf(model);
      predictor.begin();
      for (const token of inputs.slice(0, steps)) predictor.next(token);
      expect(
        relativeError(predictor.scores(), logits.slice(lastOfFirst, lastOfFirst + classes), 1),
      ).toBeLessThan(1e-5);
    }

    const served = await loadLayers(describeModel(model));
    const [spec] = served.inputs;
    const [answer] = await served.run([
      {
        name: spec!.name,
        datatype: spec!.datatype,
        shape: batch.inputs.shape,
        data: batch.inputs.dataSync() as Float32Array,
      },
    ]);
    expect(relativeError(answer!.data as Float32Array, wanted, 1)).toBeLessThan(1e-5);
    await served.close();
  });

  it('lets go of its weights', () => {
    const before = tf.memory().numTensors;
    const { model, twin } = twins(body, end);
    const { inputs, labels, weights } = batchOf(body);
    tf.tidy(() => softmaxLoss(model, { inputs, labels, weights })).dispose();
    expect(readWeights(model, new Float32Array(model.countParams())).length).toBe(twin.countParams());
    tf.dispose([inputs, labels, weights, ...[model, twin].flatMap(each => each.weights.map(w => w.read()))]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('a softmax over another axis, and one before the last layer, are none of the classes', () => {
  const other = tf.sequential({
    layers: [dense({ units: 3, inputShape: [4, 2] }), softmax({ axis: 1 })],
  });
  const hidden = tf.sequential({
    layers: [dense({ units: 3, activation: 'softmax', inputShape: [2] }), dense({ units: 2 })],
  });
  expect([outputsOf(other), outputsOf(hidden)]).toEqual(['logits', 'logits']);
  expect(topologyOf(hidden)).toHaveProperty('reason');
});
