import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalTask, loadLocalTask } from '@murmuration/cli/arguments/local-task';
import { begin } from '@murmuration/cli/commands/new';
import { smallTask } from '@murmuration/cli/dev/small-task';
import { tryTask } from '@murmuration/cli/dev/trial';
import * as tf from '@murmuration/engine/tfjs/tf';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootFolder } from '../../../../../scripts/prepare.mjs';

const artifacts = join(rootFolder, 'test/artifacts');
let folder: string;
let sensors: LocalTask;

beforeAll(async () => {
  // Where the packages of the checkout are found.
  mkdirSync(artifacts, { recursive: true });
  folder = mkdtempSync(join(artifacts, 'trial-'));
  begin('sensors', folder);
  sensors = await loadLocalTask(join(folder, 'task.js'));
});
afterAll(async () => {
  await sensors?.task.evaluator?.close();
  rmSync(folder, { recursive: true });
});

const definition: TaskDefinition = {
  name: 'sensors',
  model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] }),
  plan: { learningRate: 0.05 },
  update: { clip: 5, bits: 12 },
  cohort: { goal: 20, minimum: 16 },
  schedule: { every: '1 h' },
};
const nan = (): tf.Scalar => tf.scalar(Number.NaN);

describe('a trial', () => {
  it('makes the model, trains a step and evaluates', async () => {
    const tried = await tryTask(sensors, 5, systemClock);
    expect(tried.values).toBe(5);
    expect(tried.examples).toEqual([40, 40, 40, 40, 40]);
    expect(tried.loss).toBeGreaterThan(0);
    expect(tried.metrics!.loss).toBeGreaterThan(0);
  });

  const failing = (change: () => Partial<LocalTask>) => tryTask({ ...sensors, ...change() }, 2, systemClock);
  const task = (change: object) => defineTask({ ...definition, ...change } as TaskDefinition);
  const evaluation = (evaluate: () => Promise<Record<string, number>>) => ({
    evaluate,
    close: async () => {},
  });

  // biome-ignore format: one failure a line
  it.each<[string, () => Partial<LocalTask>, RegExp]>([
    ['a model that can not be made', () => ({ task: task({ model: () => { throw new Error('No such layer.'); } }) }), /^Making the model failed: No such layer\.$/],
    ['examples that can not be read', () => ({ examples: () => { throw new Error('No such file.'); } }), /^Reading the examples of device 0 failed: No such file\.$/],
    ['a device without examples', () => ({ examples: device => (device === 0 ? sensors.examples(0, 5) : []) }), /^Reading the examples of device 1 failed: there are 0 examples, .* at least 1\.$/],
    ['an objective that throws', () => ({ objective: { ...sensors.objective, loss: () => { throw new Error('Shapes differ.'); } } }), /^One training step .* failed: .*Shapes differ\.$/],
    ['a loss that is no number', () => ({ objective: { ...sensors.objective, loss: (model, batch) => tf.mul(sensors.objective.loss(model, batch), nan()) } }), /^One training step .* failed: .*\.$/],
    ['an evaluation that throws', () => ({ task: task({ evaluation: evaluation(async () => { throw new Error('No text.'); }) }) }), /^The evaluation failed: No text\.$/],
    ['an evaluation that is no number', () => ({ task: task({ evaluation: evaluation(async () => ({ top1: Number.NaN })) }) }), /^The evaluation failed: .*NaN for the metric top1\.$/],
  ])('names %s', async (_, change, detail) => {
    await expect(failing(change)).rejects.toMatchObject({ code: 'config.invalid', detail: expect.stringMatching(detail) });
  });
});

describe('a task for a few devices', () => {
  it('has cohorts of these, and stays masked', () => {
    const { task: small, isUnmasked } = smallTask(defineTask(definition), 5);
    expect(small).toMatchObject({
      cohort: { goal: 5, minimum: 4, overSelection: 1 },
      interval: 2_000,
      uploadSlot: 0,
      masking: { threat: 'malicious' },
    });
    expect(isUnmasked).toBe(false);
  });

  it('stays asynchronous, with no more at work than there are, and masked, or is refused', () => {
    const cohort = { mode: 'asynchronous', goal: 40, concurrency: 100 } as const;
    const given = { ...definition, cohort };
    expect(smallTask(defineTask(given), 8).task).toMatchObject({
      cohort: { goal: 8, minimum: 7, overSelection: 1 },
      buffer: { concurrency: 8, maxStaleness: 0 },
      masking: { threat: 'malicious' },
    });
    expect(() => smallTask(defineTask(given), 1)).toThrow(expect.objectContaining({ code: 'task.settings' }));
    expect(smallTask(defineTask({ ...given, masking: 'off' }), 8).task).toMatchObject({
      cohort: { goal: 8, minimum: 8 },
      buffer: { concurrency: 8 },
      masking: null,
    });
  });

  it('is unmasked where its graph is impossible', () => {
    const { task: small, isUnmasked } = smallTask(defineTask(definition), 1);
    expect(small).toMatchObject({ cohort: { goal: 1, minimum: 1 }, masking: null });
    expect(isUnmasked).toBe(true);
  });
});
