import { startBackend } from '@murmuration/engine/backend/backend';
import { describeModel } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { settled } from '@murmuration/protocol/time/virtual-clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import { workerEvaluator } from '@murmuration/rounds/evaluation/worker-evaluator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Counts the values of a model; at a model of one value it fails, ends its thread, or never answers, as `data` says. */
const module = new URL(
  `data:text/javascript,${encodeURIComponent(`
    export default (model, data) => {
      const values = model.countParams();
      if (values > 1) return { values };
      if (data === 'fails') throw new Error('no examples');
      if (data === 'ends') process.exit(1);
      return new Promise(() => {});
    };
  `)}`,
);

function modelOf(values: number): ModelFiles {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: values, inputShape: [1], useBias: false })],
  });
  const files = { hash: '0'.repeat(64) as ModelHash, ...describeModel(model) };
  model.dispose();
  return files;
}

describe('a worker that evaluates', () => {
  beforeAll(async () => {
    await startBackend();
  });

  const open = (data: 'fails' | 'ends' | 'is stuck') => {
    const evaluator = workerEvaluator(module, data);
    closes.push(() => evaluator.close());
    return evaluator;
  };
  const closes: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(closes.map(close => close())));
  const running = () => new AbortController().signal;

  it('gives what the module measures, one model after the other', async () => {
    const evaluator = open('fails');
    expect(await Promise.all([2, 3].map(values => evaluator.evaluate(modelOf(values), running())))).toEqual([
      { values: 2 },
      { values: 3 },
    ]);
  });

  it.each([
    ['fails', { message: 'The evaluation failed: Error: no examples' }],
    ['ends', { code: 'server.stopping' }],
  ] as const)('says so where the module %s, and goes on with the next model', async (how, error) => {
    const evaluator = open(how);
    await expect(evaluator.evaluate(modelOf(1), running())).rejects.toMatchObject(error);
    expect(await evaluator.evaluate(modelOf(2), running())).toEqual({ values: 2 });
  });

  it('is not waited for any longer once it is told to stop, and goes on with the next model', async () => {
    const evaluator = open('is stuck');
    const stop = new AbortController();
    const stuck = evaluator.evaluate(modelOf(1), stop.signal);
    // It has been asked by now.
    await settled();
    stop.abort(new Error('too late'));
    await expect(stuck).rejects.toThrow('too late');
    expect(await evaluator.evaluate(modelOf(2), running())).toEqual({ values: 2 });
  });
});
