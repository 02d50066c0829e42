// What a device learns and predicts by the kernels in JavaScript, as bytes to compare between engines.
import '@murmuration/client-sdk/react-native/built-ins';
import { jsInference, jsTrainer, type PlainObjective } from '@murmuration/client-sdk/js-kernels';
import { javascriptWorkspace } from '@murmuration/engine/fused/javascript';
import { FusedPredictor } from '@murmuration/engine/fused/predictor';
import { storedTopologyOf } from '@murmuration/engine/fused/stored-topology';
import type { Topology } from '@murmuration/engine/fused/topology';
import { FusedTraining } from '@murmuration/engine/fused/training';
import type { Workspace } from '@murmuration/engine/fused/workspace';
import { seededUniform } from '@murmuration/engine/training/seeded';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';

interface Size {
  readonly words: number;
  readonly width: number;
  readonly units: number;
}

/** 8,764 parameters. */
const small: Size = { words: 60, width: 16, units: 32 };
const { words } = small;
const length = 8;

const layer = (name: string, kind: string, config: object) => ({
  class_name: kind,
  config: { name, trainable: true, use_bias: true, ...config },
});

/** A next-token model of this size. */
function modelOf({ words, width, units }: Size): ModelFiles {
  const layout = layoutOf([
    { name: 'embedding/embeddings', shape: [words, width] },
    { name: 'gru/kernel', shape: [width, 3 * units] },
    { name: 'gru/recurrent_kernel', shape: [units, 3 * units] },
    { name: 'gru/bias', shape: [3 * units] },
    { name: 'logits/kernel', shape: [units, words] },
    { name: 'logits/bias', shape: [words] },
  ]);
  return {
    hash: '0'.repeat(64) as ModelHash,
    topology: {
      class_name: 'Sequential',
      config: {
        layers: [
          layer('embedding', 'Embedding', {
            input_dim: words,
            output_dim: width,
            batch_input_shape: [null, null],
          }),
          layer('gru', 'GRU', {
            units,
            activation: 'tanh',
            recurrent_activation: 'sigmoid',
            return_sequences: true,
          }),
          layer('logits', 'Dense', { units: words, activation: 'linear' }),
        ],
      },
    },
    layout,
    weights: Float32Array.from({ length: layout.count }, drawn(1)),
  };
}

/** Numbers from −0.3 to 0.3 that follow from a seed. */
function drawn(seed: number): () => number {
  const uniform = seededUniform(seed);
  return () => 0.6 * uniform() - 0.3;
}

const texts = Array.from({ length: 24 }, (_, text) =>
  Array.from({ length: length + 1 }, (_, at) => 1 + ((text * (at + 3) + at * at) % (words - 1))),
);

const objective: PlainObjective<readonly number[]> = {
  encode: examples => ({
    size: examples.length,
    steps: length,
    batch: rows => batchOf(Array.from(rows, row => examples[row]!)),
  }),
};

function batchOf(rows: readonly (readonly number[])[]) {
  const shape = [rows.length, length];
  const values = (from: number) => {
    const all = new Int32Array(rows.length * length);
    for (const [i, row] of rows.entries()) all.set(row.slice(from, from + length), i * length);
    return all;
  };
  return { inputs: { shape, values: values(0) }, labels: { shape, values: values(1) } };
}

const descent = {
  learningRate: 0.5,
  proximal: 0.01,
  gradientClip: 1,
  optimizer: { kind: 'sgd' },
} as const;

function topologyOf({ topology, layout }: ModelFiles): Topology {
  const read = storedTopologyOf(topology, layout.tensors);
  if ('reason' in read) throw new Error(read.reason);
  return read;
}

/** Weights after one step of eight texts, and probabilities of ten texts, by the kernels of a workspace. */
export function oneStep(workspaceOf: () => Workspace): Float32Array[] {
  const model = modelOf(small);
  const training = new FusedTraining(topologyOf(model), workspaceOf());
  training.begin(model.weights, descent, { batch: 8, steps: length });
  training.step(batchOf(texts.slice(0, 8)));
  const weights = training.read(new Float32Array(model.layout.count));
  const predictor = new FusedPredictor(workspaceOf(), topologyOf(model), weights);
  const answers = Array.from({ length: 10 }, (_, text) => {
    predictor.begin();
    for (const token of texts[text]!.slice(0, 1 + (text % length))) predictor.next(token);
    return predictor.probabilities(1);
  });
  return [weights, ...answers];
}

/** What the time of is taken. */
export interface Work {
  readonly steps: number;
  readonly predictions: number;
}

/** So many steps of eight texts, and suggestions after one more word each, by a keyboard's model: 212,624 parameters, 2,000 words. */
export function work({ steps, predictions }: Work): number {
  const model = modelOf({ words: 2_000, width: 32, units: 64 });
  const training = new FusedTraining(topologyOf(model), javascriptWorkspace());
  training.begin(model.weights, descent, { batch: 8, steps: length });
  let sum = 0;
  for (let step = 0; step < steps; step++) sum += training.step(batchOf(texts.slice(step, step + 8)));
  const predictor = new FusedPredictor(javascriptWorkspace(), topologyOf(model), model.weights);
  for (let word = 0; word < predictions; word++) {
    predictor.next(word % words);
    sum += predictor.probabilities(1)[word % words]! + predictor.top(3, 1)[0]!.score;
  }
  return sum;
}

/** The update of a whole training, and ten predictions of what came of it, as an app has them. */
export async function learned(): Promise<Float32Array[]> {
  const model = modelOf(small);
  const settings = {
    epochs: 2,
    batchSize: 8,
    learningRate: 0.5,
    proximal: 0.01,
    gradientClip: 1,
    maxExamples: 20,
    seed: 7,
  };
  const clock = {
    now: () => 0,
    at(_: number, wake: () => void) {
      Promise.resolve().then(wake);
      return () => {};
    },
  };
  const { signal } = new AbortController();
  const { delta } = await jsTrainer(objective, { clock }).train(model, settings, texts, signal, () => {});
  const weights = delta.map((value, i) => value + model.weights[i]!);
  const open = await jsInference(serving).open({ ...model, weights });
  const answers: Float32Array[] = [];
  for (const text of texts.slice(0, 10)) answers.push(await open.predict(text.slice(0, 5)));
  return [delta, ...answers];
}

const serving = {
  classes: words,
  firstClass: 1,
  input: (asked: unknown) => asked as number[],
  questions: () => ({ input: [1], targets: [] }),
};
