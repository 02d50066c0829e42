import { workerTrainer } from '@murmuration/client-sdk/worker/thread-trainer';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { nextWord } from '@murmuration/demo-keyboard-app/task/objective';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { startBackend } from '@murmuration/engine/backend/backend';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  filesOf,
  lineModel,
  never,
  points,
  settings,
  silent,
  threadTrainerContract,
} from '../../../contract/thread-trainer.ts';
import line from './line.ts';

let files: ModelFiles;

beforeAll(async () => {
  await tf.setBackend('cpu');
  files = lineModel();
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MurmurationError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** Gradient descent on w·x + b by hand: mean squared error, one point a step, in the order of the points. */
function byHand(
  examples: readonly (readonly [number, number])[],
  epochs: number,
  change: Partial<TrainingSettings>,
): [number, number] {
  const { learningRate, proximal, gradientClip } = { ...settings, ...change };
  const [w0, b0] = [files.weights[0]!, files.weights[1]!];
  let [w, b] = [w0, b0];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [x, y] of examples) {
      const error = 2 * (w * x + b - y);
      const [dw, db] = [error * x + proximal * (w - w0), error + proximal * (b - b0)];
      const scale = gradientClip === null ? 1 : Math.min(1, gradientClip / Math.hypot(dw, db));
      w -= learningRate * scale * dw;
      b -= learningRate * scale * db;
    }
  }
  return [w - w0, b - b0];
}

describe('training on the device', () => {
  const trainer = tfjsTrainer(line);
  afterAll(() => trainer.close());
  const train = (examples: readonly unknown[], change: Partial<TrainingSettings> = {}, signal = never) =>
    trainer.train(files, { ...settings, ...change }, examples, signal, silent);

  it.each<[string, Partial<TrainingSettings>]>([
    ['plain', {}],
    ['with the pull of FedProx', { proximal: 3 }],
    ['with clipped gradients', { gradientClip: 0.5 }],
    ['with gradients that need no clipping', { gradientClip: 1_000 }],
    ['with both', { proximal: 3, gradientClip: 0.5 }],
  ])('takes the steps that are computed by hand, %s', async (_, change) => {
    const examples = [[0.7, 2.4]] as const;
    const { delta, metrics } = await train(examples, { ...change, epochs: 4, batchSize: 1 });
    const expected = byHand(examples, 4, change);
    for (const [i, value] of delta.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
    const [w, b] = byHand(examples, 3, change);
    expect(metrics.loss).toBeCloseTo(((w + 0.5) * 0.7 + b - 0.25 - 2.4) ** 2, 4);
  });

  it('gives equal updates for equal seeds, and others for others', async () => {
    const first = await train(points, { epochs: 2 });
    expect(await train(points, { epochs: 2 })).toEqual(first);
    expect((await train(points, { epochs: 2, seed: 2 })).delta).not.toEqual(first.delta);
    expect(first.examples).toBe(20);
    expect(first.path).toEqual({ engine: 'generic', reason: "the loss is one of the app's own" });
  });

  it('leaves the model as it was', async () => {
    await train(points);
    expect(files.weights).toEqual(Float32Array.of(0.5, -0.25));
  });

  it('uses no more examples than it may, drawn at random, the same for the same seed', async () => {
    const few = await train(points, { maxExamples: 3 });
    expect(few.examples).toBe(3);
    expect(await train(points, { maxExamples: 3 })).toEqual(few);
    expect((await train(points, { maxExamples: 3, seed: 9 })).delta).not.toEqual(few.delta);
    expect((await train(points.slice(0, 3), { maxExamples: 3 })).delta).not.toEqual(few.delta);
  });

  it('refuses to make an update out of nothing', async () => {
    expect(await codeOf(train([]))).toBe('training.no-examples');
    expect(await codeOf(train([[Number.NaN, 1]]))).toBe('training.no-examples');
  });

  it('stops soon after it is told to, or before it begins', async () => {
    const abort = new AbortController();
    let steps = 0;
    const training = trainer.train(files, { ...settings, epochs: 100 }, points, abort.signal, () => {
      steps += 1;
      if (steps === 3) abort.abort();
    });
    expect(await codeOf(training)).toBe('training.stopped');
    expect(steps).toBe(3);
    expect(await codeOf(train(points, {}, abort.signal))).toBe('training.stopped');
  });

  it('tells how far it is, from more than 0 to 1', async () => {
    const heard: number[] = [];
    await trainer.train(files, { ...settings, epochs: 3, batchSize: 8 }, points, never, done =>
      heard.push(done),
    );
    expect(heard).toHaveLength(9);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(heard.at(-1)).toBeCloseTo(1, 10);
    expect(Math.max(...heard)).toBeLessThanOrEqual(1 + 1e-12);
  });

  it('keeps no tensor, whether it ends well or not', async () => {
    await train(points, { proximal: 1 });
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) await train(points, { proximal: 1, gradientClip: 1 });
    const abort = new AbortController();
    const stopped = trainer.train(files, { ...settings, proximal: 1 }, points, abort.signal, () =>
      abort.abort(),
    );
    expect(await codeOf(stopped)).toBe('training.stopped');
    await expect(train([[666, 0]])).rejects.toThrow('a bug of the app');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('waits its turn: trainings at once end as one after the other, and closing comes after those before it', async () => {
    const shared = tfjsTrainer(line);
    const alone = await shared.train(files, settings, points, never, silent);
    const together = [1, 2, 3].map(() => shared.train(files, settings, points, never, silent));
    const closed = shared.close();
    const after = shared.train(files, settings, points, never, silent);
    for (const result of [...(await Promise.all(together)), await after]) expect(result).toEqual(alone);
    await closed;
    await shared.close();
  });

  it('goes on after a model that cannot be built', async () => {
    const broken = {
      ...files,
      topology: { class_name: 'Sequential', config: { layers: [{ class_name: 'Nonsense' }] } },
    };
    const before = await train(points);
    const failed = trainer.train(broken, settings, points, never, silent);
    expect(await codeOf(failed)).toBe('model.unusable');
    expect(await train(points)).toEqual(before);
  });

  it('pulls back weights that the loss does not depend on', async () => {
    const half = tfjsTrainer({
      ...line,
      loss: (model, { inputs, labels }) => {
        const [kernel] = model.trainableWeights.map(weight => weight.read());
        return tf.losses.meanSquaredError(labels, inputs.matMul(kernel as tf.Tensor2D)) as tf.Scalar;
      },
    });
    const { delta } = await half.train(files, { ...settings, proximal: 1 }, points, never, silent);
    expect(delta[1]).toBe(0);
    expect(delta[0]).not.toBe(0);
    await half.close();
  });
});

describe('training on the fused kernels', () => {
  const vocabulary = new Vocabulary(['the', 'cat', 'sat', 'on', 'a', 'mat', 'and', 'slept']);
  const messages = ['the cat sat on a mat', 'a cat slept', 'the mat sat on the cat and slept and sat', 'cat'];
  let words: ModelFiles;

  beforeAll(async () => {
    await startBackend();
    words = filesOf(nextWordModel({ vocabulary: vocabulary.size, embedding: 5, gru: 6, dense: 4 }, 1));
  });

  it.each<[string, Partial<TrainingSettings>]>([
    ['plain', {}],
    ['pulled and clipped', { proximal: 0.5, gradientClip: 0.1 }],
    ['with sampled softmax', { sampledSoftmax: { negatives: 4 } }],
    ['by momentum', { optimizer: { kind: 'momentum', momentum: 0.9 } }],
    ['by Adam', { learningRate: 0.01, optimizer: { kind: 'adam', momentum: 0.9, epsilon: 1e-3 } }],
  ])('gives the update of the generic path, %s, and says which it was', async (_, change) => {
    const train = async (engine: 'auto' | 'generic') => {
      const trainer = tfjsTrainer(nextWord(vocabulary), { engine });
      const options = { ...settings, epochs: 10, batchSize: 3, ...change };
      const result = await trainer.train(words, options, messages, never, silent);
      await trainer.close();
      return result;
    };
    const fused = await train('auto');
    const generic = await train('generic');
    expect(fused.path).toEqual({
      engine: 'fused',
      reason: 'the fused kernels know all layers and the loss',
    });
    expect(generic.path).toEqual({ engine: 'generic', reason: 'the trainer was told to' });
    expect(fused.metrics.loss).toBeCloseTo(generic.metrics.loss!, 5);
    const largest = Math.max(...generic.delta.map(Math.abs));
    expect(largest).toBeGreaterThan(0.001);
    for (const [i, value] of fused.delta.entries())
      expect(Math.abs(value - generic.delta[i]!)).toBeLessThan(1e-4 * largest);
  });

  it('RD12: samples its negatives by the seed, and takes all classes where as good as all would be drawn', async () => {
    const trainer = tfjsTrainer(nextWord(vocabulary));
    const train = async (change: Partial<TrainingSettings>) =>
      (await trainer.train(words, { ...settings, ...change }, messages, never, silent)).delta;
    const sampled = await train({ sampledSoftmax: { negatives: 3 } });
    expect(await train({ sampledSoftmax: { negatives: 3 } })).toEqual(sampled);
    expect(await train({ sampledSoftmax: { negatives: 3 }, seed: 2 })).not.toEqual(sampled);
    const full = await train({});
    expect(sampled).not.toEqual(full);
    expect(await train({ sampledSoftmax: { negatives: 6 } })).toEqual(full);
    expect(await train({ sampledSoftmax: null })).toEqual(full);
    await trainer.close();
  });

  it('RD12: refuses sampled softmax for an objective with a loss of its own', async () => {
    const trainer = tfjsTrainer(line);
    const sampled = { ...settings, sampledSoftmax: { negatives: 1 } };
    expect(await codeOf(trainer.train(files, sampled, points, never, silent))).toBe('training.unsupported');
    await trainer.close();
  });

  it('begins each training from the model that it is given', async () => {
    const trainer = tfjsTrainer(nextWord(vocabulary));
    const first = await trainer.train(words, settings, messages, never, silent);
    expect(await trainer.train(words, settings, messages, never, silent)).toEqual(first);
    await trainer.close();
  });

  it('stops before it begins where memory does not suffice', async () => {
    const trainer = tfjsTrainer(nextWord(vocabulary), { memoryLimit: 1_000 });
    expect(await codeOf(trainer.train(words, settings, messages, never, silent))).toBe('training.no-memory');
    await trainer.close();
  });
});

describe('training in a worker thread', () => {
  const trainer = workerTrainer(new URL('./line.ts', import.meta.url));
  afterAll(() => trainer.close());
  threadTrainerContract(trainer);
});

describe('a training whose plan weighs devices by their losses', () => {
  const fairness = { q: 1, lipschitz: 10, unit: 1 };

  it('RD20: tells the mean loss of the model before, of all examples alike, and learns the same', async () => {
    const trainer = tfjsTrainer(line);
    const given = { ...settings, batchSize: 4, proximal: 0.1, gradientClip: 0.5 };
    const plain = await trainer.train(files, given, points, never, silent);
    const fair = await trainer.train(files, { ...given, fairness }, points, never, silent);
    expect(fair.delta).toEqual(plain.delta);
    expect(plain.metrics).not.toHaveProperty('initialLoss');
    const [w, b] = [files.weights[0]!, files.weights[1]!];
    const squares = points.map(([x, y]) => (w * x + b - y) ** 2);
    expect(fair.metrics.initialLoss).toBeCloseTo(
      squares.reduce((sum, each) => sum + each, 0) / points.length,
      4,
    );
    await trainer.close();
  });

  it('RD20: does so on the fused kernels too, by the full softmax', async () => {
    const vocabulary = new Vocabulary(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
    const words = filesOf(nextWordModel({ vocabulary: vocabulary.size, embedding: 5, gru: 6, dense: 4 }, 1));
    const examples = ['a b c d', 'b c', 'e f g h a', 'h g', 'c c c'];
    const given = { ...settings, batchSize: 2, sampledSoftmax: { negatives: 2 } };
    const told: number[] = [];
    for (const engine of ['auto', 'generic'] as const) {
      const trainer = tfjsTrainer(nextWord(vocabulary, 6), { engine });
      const plain = await trainer.train(words, given, examples, never, silent);
      const fair = await trainer.train(words, { ...given, fairness }, examples, never, silent);
      expect(fair.delta).toEqual(plain.delta);
      expect(fair.path?.engine).toBe(engine === 'auto' ? 'fused' : 'generic');
      told.push(fair.metrics.initialLoss!);
      await trainer.close();
    }
    expect(told[0]).toBeCloseTo(told[1]!, 4);
    // Of a model that has learned nothing.
    expect(told[0]).toBeCloseTo(Math.log(vocabulary.size), 0);
  });
});
