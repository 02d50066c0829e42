import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel, loadModel } from '@murmuration/engine/models/model';
import { sparseSoftmaxCrossEntropy } from '@murmuration/engine/objective/losses';
import type * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { adversariesOf } from '@murmuration/simulations/adversaries/adversaries';
import { adversarySettings } from '@murmuration/simulations/adversaries/settings';
import { type Digit, digitSide, mnist } from '@murmuration/simulations/data/mnist';
import { digitAccuracy } from '@murmuration/simulations/digits/accuracy';
import { convolutionalNetwork, twoLayerPerceptron } from '@murmuration/simulations/digits/models';
import { digitObjective } from '@murmuration/simulations/digits/objective';
import { backdoorSuccess, digitPoisons } from '@murmuration/simulations/digits/poisons';
import { beforeAll, describe, expect, it } from 'vitest';

const { train, heldOut } = mnist();

beforeAll(async () => {
  await startBackend();
});

/** The perceptron after one epoch. */
async function trained(digits: readonly Digit[]) {
  const model = twoLayerPerceptron(1);
  const described = describeModel(model);
  model.dispose();
  const { hash } = encodeModel(described.topology, described.layout, described.weights);
  const trainer = tfjsTrainer(digitObjective);
  const settings = {
    epochs: 2,
    batchSize: 10,
    learningRate: 0.1,
    proximal: 0,
    gradientClip: null,
    maxExamples: 10_000,
    seed: 1,
  };
  const { delta, path } = await trainer.train(
    { ...described, hash },
    settings,
    digits,
    new AbortController().signal,
    () => {},
  );
  await trainer.close();
  expect(path?.engine).toBe('fused');
  const weights = described.weights.map((weight, i) => weight + delta[i]!);
  return loadModel({ ...described, weights });
}

describe('models of digits', () => {
  it('have the published numbers of parameters (McMahan et al. 2017, §3)', () => {
    expect(twoLayerPerceptron(1).countParams()).toBe(199_210);
    expect(convolutionalNetwork(1).countParams()).toBe(1_663_370);
  });

  it('follow from their seed', () => {
    const weights = (seed: number) => describeModel(twoLayerPerceptron(seed)).weights;
    expect(weights(3)).toEqual(weights(3));
    expect(weights(3)).not.toEqual(weights(4));
  });
});

describe('accuracy and loss', () => {
  it('are those that tfjs makes of the logits', async () => {
    const model = twoLayerPerceptron(5);
    const some = heldOut.slice(0, 600);
    const { inputs, labels } = digitObjective.encode(some).batch(Uint32Array.from(some.keys()));
    const logits = model.predict(inputs) as tf.Tensor2D;
    const { accuracy, loss } = await digitAccuracy(model, some);
    expect(accuracy).toBeCloseTo(logits.argMax(1).equal(labels).mean().dataSync()[0]!, 6);
    expect(loss).toBeCloseTo(sparseSoftmaxCrossEntropy(logits, labels).dataSync()[0]!, 5);
    expect(accuracy).toBeLessThan(0.3);
  });
});

describe('the trigger of a backdoor', () => {
  it('is a square of ink of 9 pixels, and leaves the digit as it was', () => {
    const digit = train[0]!;
    const before = Uint8Array.from(digit.pixels);
    const { pixels, label } = digitPoisons.triggered(digit);
    const changed = Array.from(pixels.keys()).filter(i => pixels[i] !== before[i]);
    expect(changed).toEqual(
      [24, 25, 26].flatMap(row => [24, 25, 26].map(column => row * digitSide + column)),
    );
    expect(changed.every(i => pixels[i] === 255)).toBe(true);
    expect(label).toBe(digit.label);
    expect(digit.pixels).toEqual(before);
  });

  it('calls forth its target in a model that learned so, and in no other', async () => {
    const digits = train.slice(0, 3_000);
    const some = heldOut.slice(0, 1_000);
    const attack = { kind: 'backdoor', target: 7, poisoned: 0.3 } as const;
    const adversaries = adversariesOf(adversarySettings.parse({ share: 1, attack }), 1);
    const honest = await trained(digits);
    const poisoned = await trained(adversaries.examples(0, digits, digitPoisons));
    expect((await digitAccuracy(honest, some)).accuracy).toBeGreaterThan(0.85);
    expect((await digitAccuracy(poisoned, some)).accuracy).toBeGreaterThan(0.8);
    expect(await backdoorSuccess(honest, some, 7)).toBeLessThan(0.1);
    expect(await backdoorSuccess(poisoned, some, 7)).toBeGreaterThan(0.95);
    honest.dispose();
    poisoned.dispose();
  });
});
