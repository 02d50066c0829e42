import { startBackend } from '@murmuration/engine/backend/backend';
import { tfjsOptimizer } from '@murmuration/engine/training/tfjs-optimizer';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { LocalSettings } from '@murmuration/engine/training/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesOf, never, settings, silent } from '../../../contract/thread-trainer.ts';
import { gradientAt, linear, objective, rows } from './softmax-rows.ts';

type Optimizer = NonNullable<LocalSettings['optimizer']>;

const by: Readonly<Record<string, Optimizer>> = {
  momentum: { kind: 'momentum', momentum: 0.9 },
  'Nesterov momentum': { kind: 'nesterov', momentum: 0.8 },
  Adam: { kind: 'adam', momentum: 0.9 },
  'Adam of other decays': { kind: 'adam', momentum: 0.5, squares: 0.9, epsilon: 0.01 },
};
const engines = ['auto', 'generic'] as const;
const cases = Object.keys(by).flatMap(name => engines.map(engine => [name, engine] as const));

const given = { ...settings, epochs: 7, batchSize: rows.length, learningRate: 0.05 };

/** The steps of SPEC.md, RD24, as the papers write them, on all rows in plain arrays. */
function byHand(start: Float32Array, run: LocalSettings): Float64Array {
  const { epochs, learningRate, proximal, gradientClip, optimizer } = run;
  const { kind, momentum, squares = 0.999, epsilon = 1e-7 } = optimizer!;
  const w = Float64Array.from(start);
  const m = new Float64Array(w.length);
  const v = new Float64Array(w.length);
  for (let t = 1; t <= epochs; t++) {
    const pulled = gradientAt(w).map((value, i) => value + proximal * (w[i]! - start[i]!));
    const scale = Math.min(1, (gradientClip ?? Infinity) / Math.hypot(...pulled));
    for (const [i, value] of pulled.entries()) {
      const g = scale * value;
      if (kind === 'adam') {
        m[i] = momentum * m[i]! + (1 - momentum) * g;
        v[i] = squares * v[i]! + (1 - squares) * g * g;
        const unbiased = m[i]! / (1 - momentum ** t);
        w[i]! -= (learningRate * unbiased) / (Math.sqrt(v[i]! / (1 - squares ** t)) + epsilon);
      } else {
        m[i] = momentum * m[i]! + g;
        w[i]! -= learningRate * (kind === 'nesterov' ? g + momentum * m[i]! : m[i]!);
      }
    }
  }
  return w.map((value, i) => value - start[i]!);
}

async function train(engine: (typeof engines)[number], run: LocalSettings) {
  const files = filesOf(linear());
  const trainer = tfjsTrainer(objective, { engine });
  const first = await trainer.train(files, run, rows, never, silent);
  const again = await trainer.train(files, run, rows, never, silent);
  await trainer.close();
  expect(first.path?.engine).toBe(engine === 'auto' ? 'fused' : 'generic');
  return { files, first, again };
}

beforeAll(() => startBackend());

describe('a training by another optimiser than gradient descent', () => {
  it.each(cases)('RD24: takes the steps of its paper, by %s (%s)', async (name, engine) => {
    for (const also of [{}, { proximal: 0.3 }, { proximal: 0.3, gradientClip: 0.1 }]) {
      const run = { ...given, ...also, optimizer: by[name]! };
      const { files, first } = await train(engine, run);
      const expected = byHand(files.weights, run);
      expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.02);
      for (const [i, value] of expected.entries()) expect(first.delta[i]).toBeCloseTo(value, 4);
    }
  });

  it.each(cases)('RD24: takes the steps of tfjs, by %s (%s)', async (name, engine) => {
    const run = { ...given, optimizer: by[name]! };
    const { first } = await train(engine, run);
    const model = linear();
    const optimizer = tfjsOptimizer(run);
    const { inputs, labels, weights } = objective.encode(rows).batch(Uint32Array.from(rows.keys()));
    const before = model.getWeights().map(weight => weight.dataSync());
    for (let step = 0; step < run.epochs; step++)
      optimizer.minimize(() => objective.loss(model, { inputs, labels, weights }));
    const delta = model
      .getWeights()
      .flatMap((weight, i) => Array.from(weight.dataSync(), (value, j) => value - before[i]![j]!));
    for (const [i, value] of delta.entries()) expect(first.delta[i]).toBeCloseTo(value, 4);
  });

  it.each(cases)(
    'RD24: remembers nothing from one training to the next, by %s (%s)',
    async (name, engine) => {
      const { first, again } = await train(engine, { ...given, optimizer: by[name]! });
      expect(again.delta).toEqual(first.delta);
    },
  );

  it.each(engines)(
    'RD24: is refused where the plan corrects the steps of gradient descent (%s)',
    async engine => {
      const run: LocalSettings = {
        ...given,
        optimizer: { kind: 'adam', momentum: 0.9 },
        correction: new Float32Array(8),
      };
      await expect(train(engine, run)).rejects.toMatchObject({ code: 'training.unsupported' });
    },
  );
});
