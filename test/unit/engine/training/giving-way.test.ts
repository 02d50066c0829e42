import { describeModel } from '@murmuration/engine/models/model';
import { regressor } from '@murmuration/engine/objective/rows';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const stepMs = 3;
const settings = {
  epochs: 4,
  batchSize: 1,
  learningRate: 0.01,
  proximal: 0,
  gradientClip: null,
  maxExamples: 100,
  seed: 1,
} as const;
const rows = Array.from({ length: 25 }, (_, i) => [i / 25, i / 50]);

/** What the thread's clock shows, ms: only steps take time. */
let now = 0;
let steps = 0;
let model: ModelFiles;

const row = regressor({ features: ([x]: number[]) => [x!], label: ([, y]) => y! });
const objective: typeof row = {
  ...row,
  loss: (...args) => {
    now += stepMs;
    steps += 1;
    return row.loss(...args);
  },
};

beforeEach(async () => {
  await tf.setBackend('cpu');
  [now, steps] = [0, 0];
  vi.spyOn(tf.env().platform!, 'now').mockImplementation(() => now);
  const made = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  const { topology, layout, weights } = describeModel(made);
  model = { hash: encodeModel(topology, layout, weights).hash, topology, layout, weights };
});
afterEach(() => vi.restoreAllMocks());

/** Calls `turn` in a task of its own each time that the thread is free. */
function eachTurn(turn: () => void): () => void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    turn();
    port2.postMessage(null);
  };
  port2.postMessage(null);
  return () => port1.close();
}

describe('a training on a thread that others have as well', () => {
  it('lets them have their turn after 8 ms and the step that is under way', async () => {
    let before = 0;
    let longest = 0;
    const end = eachTurn(() => {
      longest = Math.max(longest, now - before);
      before = now;
    });
    const trainer = tfjsTrainer(objective, { engine: 'generic' });
    await trainer.train(model, settings, rows, new AbortController().signal, () => {});
    end();
    await trainer.close();
    expect(steps).toBe(100);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(8 + stepMs);
  });

  it('ends within one step where another task stops it', async () => {
    const stop = new AbortController();
    let stoppedAt = 0;
    const end = eachTurn(() => {
      if (now < 50 || stop.signal.aborted) return;
      stoppedAt = steps;
      stop.abort();
    });
    const trainer = tfjsTrainer(objective, { engine: 'generic' });
    await expect(trainer.train(model, settings, rows, stop.signal, () => {})).rejects.toMatchObject({
      code: 'training.stopped',
    });
    end();
    await trainer.close();
    expect(steps - stoppedAt).toBeLessThanOrEqual(1);
  });
});
