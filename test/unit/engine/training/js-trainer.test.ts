import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { startBackend } from '@murmuration/engine/backend/backend';
import type { FusedBatch } from '@murmuration/engine/fused/training';
import { describeModel } from '@murmuration/engine/models/model';
import { softmaxLoss } from '@murmuration/engine/objective/losses';
import * as tf from '@murmuration/engine/tfjs/tf';
import { jsTrainer } from '@murmuration/engine/training/js-trainer';
import type { PlainObjective } from '@murmuration/engine/training/plain-objective';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { LocalSettings } from '@murmuration/engine/training/trainer';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { beforeAll, describe, expect, it } from 'vitest';
import { integers, numbers, relativeError } from '../numbers.ts';

const words = 40;
const length = 6;
const files = (model: tf.LayersModel) => ({ hash: '0'.repeat(64) as ModelHash, ...describeModel(model) });
const size = { vocabulary: words, embedding: 8, gru: 12, dense: null };

/** An example is one sequence. */
const sequences: PlainObjective<readonly number[]> = {
  encode: examples => ({
    size: examples.length,
    steps: length,
    batch(rows): FusedBatch {
      const shape = [rows.length, length];
      const chosen = Array.from(rows, row => examples[row]!);
      return {
        inputs: { shape, values: Int32Array.from(chosen.flatMap(example => example.slice(0, length))) },
        labels: { shape, values: Int32Array.from(chosen.flatMap(example => example.slice(1, length + 1))) },
        weights: {
          shape,
          values: Float32Array.from(chosen.flatMap((_, i) => Array(length).fill(i % 3 ? 1 : 0.5))),
        },
      };
    },
  }),
};

/** The same with tensors. */
function withTensors<Example>(objective: PlainObjective<Example>) {
  const tensor = ({ shape, values }: FusedBatch['inputs'], dtype: 'int32' | 'float32') =>
    tf.tensor(values as Float32Array, shape as number[], dtype);
  return {
    encode(examples: readonly Example[]) {
      const rows = objective.encode(examples);
      return {
        ...rows,
        batch(chosen: Uint32Array) {
          const { inputs, labels, weights } = rows.batch(chosen);
          const dtype = inputs.values instanceof Int32Array ? 'int32' : 'float32';
          return {
            inputs: tensor(inputs, dtype),
            labels: tensor(labels, 'int32'),
            weights: weights ? tensor(weights, 'float32') : tf.ones(labels.shape as number[]),
          };
        },
      };
    },
    loss: softmaxLoss,
  };
}

const examples = Array.from({ length: 23 }, (_, i) => [...integers(length + 1, i, words)]);
const settings: LocalSettings = {
  epochs: 2,
  batchSize: 4,
  learningRate: 0.3,
  proximal: 0.01,
  gradientClip: 1,
  maxExamples: 17,
  seed: 9,
};
const { signal } = new AbortController();
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);

beforeAll(async () => {
  await startBackend();
});

describe('training in JavaScript', () => {
  it.each<[string, Partial<LocalSettings>]>([
    ['as in any plan', {}],
    ['with sampled softmax', { sampledSoftmax: { negatives: 9 }, proximal: 0 }],
    ['with Adam', { optimizer: { kind: 'adam', momentum: 0.9 } }],
    ['with momentum', { optimizer: { kind: 'nesterov', momentum: 0.9 } }],
    ['with fairness', { fairness: { q: 1, lipschitz: 2, unit: 0.5 } }],
    ['with a correction', { correction: numbers(1_596, 3, 0.01) }],
  ])('has the update of training on WebAssembly, byte for byte: %s', async (_, also) => {
    const model = files(nextWordModel({ ...size, dropout: 0.1 }, 1));
    expect(model.weights).toHaveLength(1_596);
    const run = { ...settings, ...also };
    const heard: number[] = [];
    const trainer = jsTrainer(sequences);
    const ours = await trainer.train(model, run, examples, signal, done => heard.push(done));
    const theirs = await tfjsTrainer(withTensors(sequences)).train(model, run, examples, signal, () => {});
    expect(theirs.path?.engine).toBe('fused');
    expect(bytesOf(ours.delta).equals(bytesOf(theirs.delta))).toBe(true);
    expect(ours.delta.some(value => value !== 0)).toBe(true);
    expect({ ...ours, path: null }).toEqual({ ...theirs, path: null });
    expect(ours.path).toEqual({ engine: 'fused', reason: 'the fused kernels in JavaScript know all layers' });
    expect(heard.at(-1)).toBe(1);
    // The next one finds the memory of the last, and is the same.
    const again = await trainer.train(model, run, examples, signal, () => {});
    expect(bytesOf(again.delta).equals(bytesOf(ours.delta))).toBe(true);
    await trainer.close();
  });

  it('has it within rounding errors where logits take several blocks', async () => {
    const vocabulary = 2_000;
    const model = files(nextWordModel({ ...size, vocabulary }, 1));
    const texts = Array.from({ length: 12 }, (_, i) => [...integers(length + 1, i, vocabulary)]);
    const run = { ...settings, batchSize: 6 };
    const ours = await jsTrainer(sequences).train(model, run, texts, signal, () => {});
    const theirs = await tfjsTrainer(withTensors(sequences)).train(model, run, texts, signal, () => {});
    expect(relativeError(ours.delta, theirs.delta, 1)).toBeLessThan(1e-6);
  });

  it('learns rows of features by dense layers', async () => {
    const { dense } = tf.layers;
    const model = files(
      tf.sequential({
        layers: [
          dense({ units: 7, inputShape: [5], activation: 'relu' }),
          tf.layers.dropout({ rate: 0.2 }),
          dense({ units: 3, activation: 'softmax' }),
        ],
      }),
    );
    const rows: PlainObjective<number> = {
      encode: all => ({
        size: all.length,
        batch: chosen => ({
          inputs: {
            shape: [chosen.length, 5],
            values: Float32Array.from(chosen, row => all[row]!).length
              ? numbers(5 * chosen.length, chosen[0]!, 1)
              : [],
          },
          labels: { shape: [chosen.length], values: Int32Array.from(chosen, row => row % 3) },
        }),
      }),
    };
    const many = Array.from({ length: 20 }, (_, i) => i);
    const ours = await jsTrainer(rows).train(model, settings, many, signal, () => {});
    const theirs = await tfjsTrainer(withTensors(rows)).train(model, settings, many, signal, () => {});
    expect(bytesOf(ours.delta).equals(bytesOf(theirs.delta))).toBe(true);
  });

  it('gives way before a slice would be too long, within a step as well, and stops there', async () => {
    let now = 0;
    let slices: number[] = [];
    const clock = {
      // Each look at the clock finds 12 ms gone by.
      now: () => (now += 12),
      at(_: number, wake: () => void) {
        slices.push(now);
        queueMicrotask(wake);
        return () => {};
      },
    };
    const model = files(nextWordModel(size, 1));
    const stop = new AbortController();
    const trainer = jsTrainer(sequences, { clock });
    const whole = await trainer.train(model, settings, examples, signal, () => {});
    const steps = settings.epochs * Math.ceil(settings.maxExamples / settings.batchSize);
    expect(slices.length).toBeGreaterThan(steps);
    const unpaced = await jsTrainer(sequences, { sliceMs: 1e9 }).train(
      model,
      settings,
      examples,
      signal,
      () => {},
    );
    expect(bytesOf(whole.delta).equals(bytesOf(unpaced.delta))).toBe(true);

    slices = [];
    const heard: number[] = [];
    const stopped = trainer.train(model, settings, examples, stop.signal, done => heard.push(done));
    while (slices.length < 3) await Promise.resolve();
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'training.stopped' });
    expect(slices.length).toBeLessThanOrEqual(4);
    // A step that was cut off leaves nothing behind.
    const after = await trainer.train(model, settings, examples, signal, () => {});
    expect(bytesOf(after.delta).equals(bytesOf(whole.delta))).toBe(true);
  });

  it('refuses models that it does not know, examples that hold nothing, and more memory than it may take', async () => {
    const trainer = jsTrainer(sequences, { memoryLimit: 2_000 });
    const refused = (model: tf.LayersModel, all: readonly unknown[] = examples) =>
      trainer.train(files(model), settings, all, signal, () => {});
    const { simpleRNN, embedding, dense } = tf.layers;
    const other = tf.sequential({
      layers: [
        embedding({ inputDim: words, outputDim: 4 }),
        simpleRNN({ units: 3, name: 'plain' }),
        dense({ units: words }),
      ],
    });
    await expect(refused(other)).rejects.toMatchObject({
      code: 'model.unusable',
      detail:
        'The model does not train in JavaScript: the layer plain (SimpleRNN) is none that is read without TensorFlow.js.',
    });
    const known = nextWordModel(size, 1);
    await expect(refused(known, [])).rejects.toMatchObject({ code: 'training.no-examples' });
    await expect(refused(known)).rejects.toMatchObject({ code: 'training.no-memory' });
  });
});
