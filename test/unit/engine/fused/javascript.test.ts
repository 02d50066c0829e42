import { startBackend } from '@murmuration/engine/backend/backend';
import { kernelsBase64 } from '@murmuration/engine/fused/binary.js';
import { javascriptWorkspace } from '@murmuration/engine/fused/javascript';
import { javascriptKernels } from '@murmuration/engine/fused/javascript-kernels.js';
import type { Kernels } from '@murmuration/engine/fused/kernels';
import { topologyOf } from '@murmuration/engine/fused/model-topology';
import { FusedPredictor } from '@murmuration/engine/fused/predictor';
import { FusedScorer } from '@murmuration/engine/fused/scorer';
import type { Topology } from '@murmuration/engine/fused/topology';
import { FusedTraining } from '@murmuration/engine/fused/training';
import { Workspace } from '@murmuration/engine/fused/workspace';
import { readWeights } from '@murmuration/engine/models/model';
import { NegativeSampler } from '@murmuration/engine/objective/negative-sampler';
import * as tf from '@murmuration/engine/tfjs/tf';
import { seededUniform } from '@murmuration/engine/training/seeded';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernels } from '../../../../scripts/kernels/compile.mjs';
import { scalarBuild } from '../../../../scripts/kernels/javascript.mjs';
import { integers, numbers } from '../numbers.ts';
import { build, small } from './models.ts';

interface Build {
  readonly kernels: Kernels;
  memory(): Uint8Array;
  grow(pages: number): void;
}

let scalar: WebAssembly.Module;
const simd = new WebAssembly.Module(Buffer.from(kernelsBase64, 'base64'));
beforeAll(async () => {
  await startBackend();
  const bytes = await compileKernels(
    { folder: 'engine/assembly', entry: 'index.ts', features: 'simd' },
    false,
  );
  scalar = new WebAssembly.Module(Uint8Array.from(scalarBuild(bytes)));
});

function onWebAssembly(module: WebAssembly.Module): Build {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return {
    kernels: exports as unknown as Kernels,
    memory: () => new Uint8Array(memory.buffer),
    grow: pages => memory.grow(pages),
  };
}

function inJavaScript(): Build {
  const memory = { buffer: new ArrayBuffer(65_536), grow: (_: number) => 0 };
  const kernels = javascriptKernels(memory);
  return { kernels, memory: () => new Uint8Array(memory.buffer), grow: pages => memory.grow(pages) };
}

/**
 * A workspace on SIMD, each of whose calls is made by the build without vectors and by the JavaScript as well, on the same memory. All of them
 * have to return the same, and to leave the same bytes. `met` gets the names of what was called.
 */
function compared(met: Set<string>): Workspace {
  const main = onWebAssembly(simd);
  const others = [onWebAssembly(scalar), inJavaScript()];
  const kernels = Object.fromEntries(
    Object.keys(main.kernels).map(name => {
      const of = ({ kernels }: Build) => kernels[name as keyof Kernels] as (...args: number[]) => number;
      const call = (...args: number[]) => {
        met.add(name);
        const before = main.memory();
        for (const { memory } of others) memory().set(before);
        const result = of(main)(...args);
        for (const other of others) {
          expect(of(other)(...args), name).toBe(result);
          if (Buffer.compare(main.memory(), other.memory()) !== 0) expect.unreachable(`${name}(${args})`);
        }
        return result;
      };
      return [name, call];
    }),
  ) as unknown as Kernels;
  return new Workspace(kernels, {
    get buffer() {
      return main.memory().buffer;
    },
    grow(pages) {
      for (const { grow } of [main, ...others]) grow(pages);
      return 0;
    },
  });
}

const { conv2d, dense, maxPooling2d, averagePooling2d, batchNormalization, flatten, dropout } = tf.layers;
const gru = (options: object) => build({ ...small, ...options });
const image =
  (...layers: tf.layers.Layer[]) =>
  () =>
    tf.sequential({
      layers: [...layers, flatten(), dense({ units: 5, activation: 'tanh' }), dense({ units: 3 })],
    });
const models: [string, () => tf.LayersModel, readonly number[]][] = [
  ['a GRU', () => gru({}), [3, 5]],
  [
    'a GRU of units that fill no vector, masked',
    () => gru({ embedding: 5, maskZero: true, hidden: [{ units: 6, activation: 'sigmoid', useBias: true }] }),
    [2, 7],
  ],
  ['a tied output', () => gru({ embedding: 9, tied: true }), [3, 5]],
  [
    'an LSTM and a GRU',
    () =>
      gru({
        recurrent: [
          { ...small.recurrent[0], kind: 'lstm', recurrentActivation: 'hardSigmoid' },
          { ...small.recurrent[0], activation: 'relu' },
        ],
      }),
    [3, 5],
  ],
  [
    'many rows',
    () => gru({ words: 131, recurrent: [{ ...small.recurrent[0], units: 33 }], everyPosition: true }),
    [17, 9],
  ],
  [
    'convolutions, pools and normalisation',
    image(
      conv2d({ filters: 4, kernelSize: 3, strides: 2, activation: 'relu', inputShape: [13, 11, 3] }),
      batchNormalization(),
      conv2d({ filters: 5, kernelSize: 2, padding: 'same', activation: 'sigmoid' }),
      maxPooling2d({ poolSize: 2 }),
      averagePooling2d({ poolSize: 2, strides: 1 }),
      dropout({ rate: 0.3 }),
    ),
    [4, 13, 11, 3],
  ],
  [
    'wide convolutions, on transformed tiles',
    image(
      conv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [10, 9, 32] }),
    ),
    [2, 10, 9, 32],
  ],
];

describe('kernels without vectors, on WebAssembly and in JavaScript', () => {
  const met = new Set<string>();

  it.each(models)('leave the bytes of those with vectors: %s', (_, make, shape) => {
    const model = make();
    const topology = topologyOf(model) as Topology;
    expect(topology).toHaveProperty('features');
    const weights = readWeights(model, new Float32Array(model.countParams()));
    const isTokens = topology.features.kind === 'tokens';
    const count = shape.reduce((product, length) => product * length, 1);
    const classes = topology.dense.at(-1)!.units;
    const [batch, steps = 1] = isTokens ? (shape as [number, number]) : ([shape[0]!] as const);
    const values = isTokens ? integers(count, 1, classes) : numbers(count, 1, 1);
    const labels = integers(batch * steps, 2, classes);
    const labelShape = isTokens ? [batch, steps] : [batch];
    for (const [settings, sampled] of [
      [{ optimizer: { kind: 'sgd' }, proximal: 0.01, gradientClip: null }, 0],
      [{ optimizer: { kind: 'sgd' }, proximal: 0, gradientClip: 0.1 }, isTokens && classes > 20 ? 7 : 0],
      [{ optimizer: { kind: 'momentum', momentum: 0.9, nesterov: true }, proximal: 0.1, gradientClip: 1 }, 0],
      [
        {
          optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-7 },
          proximal: 0,
          gradientClip: null,
        },
        0,
      ],
    ] as const) {
      const training = new FusedTraining(topology, compared(met));
      const sampler = sampled > 0 ? new NegativeSampler(classes, sampled, seededUniform(3)) : null;
      training.begin(weights, { learningRate: 0.1, ...settings }, { batch, steps }, 5, sampler);
      for (let step = 0; step < 2; step++)
        training.step({
          inputs: { shape, values },
          labels: { shape: labelShape, values: labels },
        });
    }
    const scorer = new FusedScorer(compared(met), topology, weights);
    const positions = Array.from({ length: batch * steps }, (_, i) => i);
    scorer.score(values, { batch, steps }, positions, () => {});
    if (!isTokens) return;
    const predictor = new FusedPredictor(compared(met), topology, weights);
    for (const token of values.slice(0, 4)) {
      predictor.next(token);
      predictor.probabilities(2);
      predictor.top(5);
    }
  });

  it('are all of them', () => {
    const all = WebAssembly.Module.exports(simd)
      .filter(({ kind }) => kind === 'function')
      .map(({ name }) => name);
    expect(all.filter(name => !met.has(name))).toEqual([]);
    expect(WebAssembly.Module.exports(scalar)).toEqual(WebAssembly.Module.exports(simd));
  });
});

describe('a workspace in JavaScript', () => {
  it('grows, keeps what is in it, and says where there is no more', () => {
    const workspace = javascriptWorkspace();
    const first = workspace.reserve(10);
    workspace.commit();
    workspace.view(first, 10).fill(7);
    const second = workspace.reserve(100_000);
    workspace.commit();
    expect(workspace.capacity).toBeGreaterThanOrEqual(400_000);
    expect(workspace.view(first, 10)).toEqual(new Float32Array(10).fill(7));
    workspace.kernels.sgd(10, second, first, -1);
    expect(workspace.view(second, 10)).toEqual(new Float32Array(10).fill(7));
    workspace.reserveBytes(2 ** 32);
    expect(() => workspace.commit()).toThrow(RangeError);
  });
});
