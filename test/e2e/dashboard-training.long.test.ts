// @module-tag chromium

import type { MonitorState } from '@murmuration/api/monitor';
import * as tf from '@murmuration/engine/tfjs/tf';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { central } from '@murmuration/rounds/task/central';
import { type CentralTaskDefinition, defineTask } from '@murmuration/rounds/task/define-task';
import { drift } from '@murmuration/rounds/task/retrain/triggers';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import type { CentralData } from './central-line.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';

const { text: token, ...listed } = mintInferenceToken(systemRandom, native);
const authorization = `Bearer ${token}`;

/** A task that is trained on points of a line, and whose gate asks for less loss than the champion has. */
function lineTask(name: string, change: Partial<CentralTaskDefinition> = {}) {
  const data: CentralData = { points: 40 };
  return defineTask({
    name,
    model: () =>
      tf.sequential({
        layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'zeros' })],
      }),
    plan: { learningRate: 0.1, epochs: 2, batchSize: 4, maxExamples: 100 },
    schedule: { every: '0 s' },
    training: central({ examples: new URL('./central-line.ts', import.meta.url), data }),
    evaluation: {
      measures: { loss: { better: 'lower' } },
      async evaluate({ weights: [slope = 0, offset = 0] }) {
        return { metrics: { loss: (slope - 2) ** 2 / 3 + (offset - 1) ** 2 } };
      },
      async close() {},
    },
    gate: { better: 'loss', test: 'none' },
    ...change,
  });
}

let world: DashboardWorld;

beforeAll(async () => {
  world = await DashboardWorld.open(
    [
      lineTask('by-hand', { retrain: { until: { rounds: 2 } } }),
      lineTask('by-itself', {
        retrain: { when: [drift({ share: 0.5 })], cooldown: '1 h', until: { rounds: 1 } },
        watch: { metric: 'error' },
      }),
    ],
    undefined,
    {
      config: {
        inference: {
          tokens: [{ ...listed, name: 'test', rights: ['predict', 'feedback'] }],
          drift: { atLeast: 50, every: 1_000 },
        },
      },
    },
  );
  await world.coordinator.start();
});

afterAll(() => world?.close());

async function post(path: string, body: object): Promise<Response> {
  const answer = await fetch(`${world.coordinator.url}${path}`, {
    method: 'POST',
    headers: { authorization },
    body: JSON.stringify(body),
  });
  expect(answer.ok, `${path}: ${answer.status}`).toBe(true);
  return answer;
}

/** So that asking leaves the machine to what is asked. */
const seldom = { interval: 200 };

/** Asks with a thousand rows around a value, as many as a reference has. */
async function predict(task: string, around: number): Promise<void> {
  const instances = Array.from({ length: 250 }, (_, row) => [around + (row % 10) / 10]);
  for (let times = 0; times < 4; times++) await post(`/v1/models/${task}:predict`, { instances });
}

/** Features that had drifted in the newest window of the first version; null before there is one. */
async function driftedOf(task: string): Promise<number | null> {
  const { versions } = (await (await world.ask('viewer', 'monitor')).json()) as MonitorState;
  return versions.find(({ model }) => model === task)?.last?.drifted ?? null;
}

/** Requests as the model knows them, and then others. */
async function letDrift(task: string): Promise<void> {
  await expect
    .poll(async () => {
      await predict(task, 0);
      return driftedOf(task);
    }, seldom)
    .toBe(0);
  await expect
    .poll(async () => {
      await predict(task, 5);
      return driftedOf(task);
    }, seldom)
    .toBeGreaterThan(0);
}

/** Asks with a value; the version that answers, and what it says. */
async function ask(task: string, x: number, id?: string): Promise<{ version: string; said: number }> {
  const { inputs } = (await (
    await fetch(`${world.coordinator.url}/v2/models/${task}`, { headers: { authorization } })
  ).json()) as { inputs: readonly { name: string }[] };
  const answer = (await (
    await post(`/v2/models/${task}/infer`, {
      id,
      inputs: [{ name: inputs[0]!.name, datatype: 'FP32', shape: [1, 1], data: [x] }],
    })
  ).json()) as { model_version: string; outputs: readonly { data: readonly number[] }[] };
  return { version: answer.model_version, said: answer.outputs[0]!.data[0]! };
}

/** Predictions of a version, of which it is told how far they were off. */
async function judge(task: string, version: string, off: number, times = 30): Promise<void> {
  // The version before answers until one is loaded. Ten values, as windows have them.
  for (let at = 0; at < 10; at++)
    await expect.poll(async () => (await ask(task, at / 10)).version, seldom).toBe(version);
  for (let at = 0; at < times; at++) {
    const id = `${task} ${off} ${at}`;
    const { said } = await ask(task, (at % 10) / 10, id);
    await post('/v1/feedback', { id, outcome: said + off + (at % 5) / 10 });
  }
}

const runs = (page: Page) => page.getByRole('region', { name: 'Training runs' }).first();

it('is trained again by hand, from what drifted to the version that is served, and taken back', async () => {
  const page = await world.page('operator');
  await page.goto(`${world.coordinator.url}/#/model/monitoring`);
  await page.getByText('Nobody has asked a version yet.').waitFor();
  await letDrift('by-hand');
  await page.getByText(/^The data has drifted/).waitFor();
  const features = page.getByRole('region', { name: 'Features' });
  await features
    .getByRole('row', { name: /drifted since/ })
    .first()
    .waitFor();
  const [report] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('link', { name: 'Open the report' }).click(),
  ]);
  await report.getByRole('heading', { name: 'by-hand, version 0' }).waitFor();
  await report.close();

  await page.getByRole('link', { name: 'See its training' }).click();
  await page.getByRole('heading', { name: 'Model by-hand' }).waitFor();
  const now = page.getByRole('region', { name: 'At a glance' });
  await now.getByText('No training run is under way').waitFor();
  await now.getByText('It has made 2 versions.').waitFor();
  await page.getByText('No trigger: only operators begin runs.').waitFor();
  await page.getByText('No run has begun yet.').waitFor();
  await now.getByRole('button', { name: 'Start a training run' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason, for the record').fill('inputs have moved');
  await dialog.getByRole('button', { name: 'Start it' }).click();
  const row = runs(page).getByRole('row', { name: /^1 / });
  await row.getByText('the operator asked for it: inputs have moved').waitFor();
  await row.getByText('complete').waitFor();
  await row.getByText('served', { exact: true }).waitFor();
  await row.getByText(/^loss went from .+; it has to be better/).waitFor();

  await row.getByRole('link', { name: 'Version 2' }).click();
  const gate = page.getByRole('region', { name: 'Gate' });
  await gate.getByText('passed').first().waitFor();
  await gate.getByText(/^Served since/).waitFor();
  await page.goBack();

  const serving = page.getByRole('region', { name: 'Served version' });
  await serving.getByText('Version 2').waitFor();
  await serving.getByRole('button', { name: 'Roll back and pin' }).click();
  await dialog.getByRole('button', { name: 'Roll back and pin' }).click();
  await serving.getByText('Version 1').waitFor();
  await row.getByText('was served').waitFor();
  expect(world.problems).toEqual([]);
  await page.context().close();
});

it('says that the coordinator trains, and nothing of masks and devices', async () => {
  const page = await world.page('viewer');
  const card = page.getByRole('region', { name: 'by-hand', exact: true });
  await card.getByText('Trained by the coordinator').waitFor();
  await card.getByText(/on its own examples\. No device takes part\./).waitFor();
  expect(await card.getByText('Not masked').count()).toBe(0);
  await page.goto(`${world.coordinator.url}/#/fleet/rounds/by-hand`);
  await page.getByRole('row', { name: /^1 .*Trained by the coordinator on its own examples/ }).waitFor();
  expect(await page.getByText('contributed').count()).toBe(0);
  await page.getByRole('row', { name: /^1 / }).getByRole('link', { name: '1' }).click();
  // The list of rounds, which says the same, stands until the page of the round is loaded.
  await page.getByText('there were no phases with devices').waitFor();
  await page.getByText('Trained by the coordinator on its own examples').waitFor();
  expect(await page.getByText('contributed').count()).toBe(0);
  await page.goto(`${world.coordinator.url}/#/settings/protection/by-hand`);
  await page.getByText('No device takes part, so no update is sent').waitFor();
  expect(await page.getByText('Updates are not masked').count()).toBe(0);
  expect(world.problems).toEqual([]);
  await page.context().close();
});

it('is trained again by itself once inputs have drifted, and goes back from what does worse', async () => {
  const page = await world.page('operator');
  await page.goto(`${world.coordinator.url}/#/model/training/by-itself`);
  const triggers = page.getByRole('region', { name: 'Triggers', exact: true }).first();
  await triggers.getByText('When at least 50 % of all features have drifted.').waitFor();
  await triggers.getByText('It has heard nothing since the coordinator’s start.').waitFor();
  await judge('by-itself', '0', 0);
  await letDrift('by-itself');
  const row = runs(page).getByRole('row', { name: /^1 / });
  await row.getByText(/of 1 features of version 0 have drifted/).waitFor();
  await row.getByText('served', { exact: true }).waitFor();
  await triggers.getByText(/of 1 features of version 0 had drifted in the newest window/).waitFor();
  await page
    .getByRole('region', { name: 'Triggers that fired' })
    .first()
    .getByRole('row', { name: /Drift.*began a run/ })
    .waitFor();
  await page
    .getByRole('region', { name: 'At a glance' })
    .getByText(/^Triggers begin no run before/)
    .waitFor();

  // A watch decides by 200.
  await judge('by-itself', '1', 50, 200);
  await row.getByText('rolled back').waitFor();
  await row.getByText(/^The mean error went from/).waitFor();
  await page.getByRole('region', { name: 'Served version' }).getByText('Version 0').waitFor();
  await expect.poll(async () => (await ask('by-itself', 0)).version, seldom).toBe('0');
  expect(world.problems).toEqual([]);
  await page.context().close();
});

it.each([
  ['light', 1440],
  ['dark', 390],
] as const)('looks right (%s, %i px), and lets viewers look', async (colorScheme, width) => {
  const page = await world.page('viewer', { colorScheme, viewport: { width, height: 844 } });
  await page.goto(`${world.coordinator.url}/#/model/training/by-itself`);
  await runs(page).getByRole('row').nth(1).waitFor();
  await settled(page);
  expect(await page.getByRole('button', { name: /^(Start|Stop|Roll)/ }).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
  ).toBe(true);
  await screenshot(page, `training-${colorScheme}-${width}`);
  await page.context().close();
});
