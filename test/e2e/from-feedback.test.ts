import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tfjs/tf';
import { heldOutRequests } from '@murmuration/lifecycle/central/feedback-requests';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { TrainingRun } from '@murmuration/rounds/events/training-run';
import { central } from '@murmuration/rounds/task/central';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { fromFeedback } from '@murmuration/rounds/task/from-feedback';
import { lastEntries } from '@murmuration/serving/request-log/files/reading';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { enrolmentToken, eventOf } from './line.ts';

const folder = mkdtempSync(join(tmpdir(), 'murmuration-feedback-'));
const log = join(folder, 'log');
const source = fromFeedback({
  examples: new URL('./feedback-line.ts', import.meta.url),
  log,
  model: 'line',
  within: '30 d',
  heldOut: 0.3,
});
const points = 40;
let coordinator: Coordinator;

beforeAll(async () => {
  coordinator = await createCoordinator(
    parseConfig({
      port: 0,
      log: 'silent',
      enrolmentTokens: [enrolmentToken],
      inference: { log: { allow: [{ tensors: ['*', 'outcome'] }], files: { folder: log } } },
    }),
    [
      defineTask({
        name: 'line',
        model: () =>
          tf.sequential({
            layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })],
          }),
        plan: { learningRate: 0.1, epochs: 20, batchSize: 4, maxExamples: 100 },
        schedule: { every: '0 s' },
        training: central({ examples: source }),
        evaluation: {
          // By requests that no version has learned from.
          async evaluate({ weights: [slope = 0, offset = 0] }) {
            let [sum, count] = [0, 0];
            for await (const { inputs, outcome } of heldOutRequests(source, systemClock.now())) {
              const x = Number(Object.values(inputs)[0]!.data[0]);
              sum += (slope * x + offset - Number(outcome)) ** 2;
              count += 1;
            }
            return { loss: count === 0 ? 1 : sum / count, count };
          },
          async close() {},
        },
        retrain: { until: { rounds: 1 } },
      }),
    ],
    { clock: systemClock, random: systemRandom },
  );
  await coordinator.start();
});

afterAll(async () => {
  await coordinator?.stop();
  rmSync(folder, { recursive: true });
});

async function post(path: string, body: object): Promise<void> {
  const answer = await fetch(coordinator.url + path, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.ok, await answer.text()).toBe(true);
}

it('learns from what was asked and what became of it, and is measured by requests that it has not seen', async () => {
  const { inputs } = await (await fetch(`${coordinator.url}/v2/models/line`)).json();
  for (let at = 0; at < points; at++) {
    const x = at / (points / 2) - 1;
    await post('/v2/models/line/infer', {
      id: `point ${at}`,
      inputs: [{ name: inputs[0].name, datatype: 'FP32', shape: [1, 1], data: [x] }],
    });
    // Of some nobody ever hears.
    if (at % 10 !== 9) await post('/v1/feedback', { id: `point ${at}`, outcome: 2 * x + 1 });
  }
  await expect
    .poll(async () => (await lastEntries(log, 999, ({ event }) => event === 'feedback')).length)
    .toBe(points * 0.9);
  const over = eventOf<[TrainingRun]>(coordinator.events, 'run-ended');
  await coordinator.runs.begin('line' as TaskName, 'Ann', '');
  const [{ rounds, metrics }] = await over;
  expect(rounds).toBe(1);
  expect(metrics!.loss).toBeLessThan(0.05);
  // Of 36 outcomes, those of held-out ids alone.
  expect(metrics!.count).toBeGreaterThan(2);
  expect(metrics!.count).toBeLessThan(25);
});
