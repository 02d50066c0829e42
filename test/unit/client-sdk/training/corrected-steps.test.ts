import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import type { LocalSettings } from '@murmuration/engine/training/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesOf, never, settings, silent } from '../../../contract/thread-trainer.ts';
import { gradientAt, linear, objective, rows } from './softmax-rows.ts';

const correction = Float32Array.from({ length: 8 }, (_, i) => 0.3 * Math.sin(i + 1));

/** Softmax regression in plain arrays: whole batches, gradients clipped, then corrected. The weights, and the mean gradient. */
function byHand(start: Float32Array, { epochs, learningRate, gradientClip }: LocalSettings) {
  const w = Float64Array.from(start);
  const mean = new Float64Array(8);
  for (let step = 0; step < epochs; step++) {
    const g = gradientAt(w);
    const scale = Math.min(1, (gradientClip ?? Infinity) / Math.hypot(...g));
    for (const i of w.keys()) {
      mean[i]! += (scale * g[i]!) / epochs;
      w[i]! -= learningRate * (scale * g[i]! + correction[i]!);
    }
  }
  return { delta: w.map((value, i) => value - start[i]!), mean };
}

beforeAll(() => tf.setBackend('cpu'));

describe('a training whose steps are corrected', () => {
  it.each([
    ['auto', null],
    ['auto', 0.2],
    ['generic', null],
    ['generic', 0.2],
  ] as const)(
    'RD21: adds the correction to each clipped gradient, and tells their mean (%s, clip %d)',
    async (engine, gradientClip) => {
      const files = filesOf(linear());
      const given = { ...settings, epochs: 6, batchSize: rows.length, learningRate: 0.5, gradientClip };
      const expected = byHand(files.weights, given);
      const trainer = tfjsTrainer(objective, { engine });
      const result = await trainer.train(files, { ...given, correction }, rows, never, silent);
      expect(result.path?.engine).toBe(engine === 'auto' ? 'fused' : 'generic');
      for (const [i, value] of expected.delta.entries()) expect(result.delta[i]).toBeCloseTo(value, 5);
      for (const [i, value] of expected.mean.entries()) expect(result.gradient![i]).toBeCloseTo(value, 5);
      const plain = await trainer.train(files, given, rows, never, silent);
      expect(plain).not.toHaveProperty('gradient');
      expect(plain.delta).not.toEqual(result.delta);
      const again = await trainer.train(files, { ...given, correction }, rows, never, silent);
      expect(again.delta).toEqual(result.delta);
      await trainer.close();
    },
  );

  it('RD21: leaves what no gradient moves out of both', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.batchNormalization({ name: 'norm', inputShape: [3] }),
        tf.layers.dense({ name: 'logits', units: 2 }),
      ],
    });
    const files = filesOf(model);
    const at: boolean[] = [];
    let from = 0;
    for (const { name, shape } of files.layout.tensors)
      for (let i = shape.reduce((product, length) => product * length, 1); i > 0; i--, from++)
        at[from] = name.includes('moving');
    const trainer = tfjsTrainer(objective, { engine: 'generic' });
    const all = new Float32Array(files.layout.count).fill(0.7);
    const given = { ...settings, batchSize: rows.length };
    const plain = await trainer.train(files, given, rows, never, silent);
    const result = await trainer.train(files, { ...given, correction: all }, rows, never, silent);
    for (const [i, isMoving] of at.entries()) {
      if (isMoving) expect(result.gradient![i]).toBe(0);
      expect(result.delta[i]! - plain.delta[i]!).toBeCloseTo(isMoving ? 0 : -given.learningRate * 0.7, 4);
    }
    expect(at.filter(Boolean)).toHaveLength(6);
    await trainer.close();
  });
});
