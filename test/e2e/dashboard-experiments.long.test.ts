// @module-tag chromium

import type { NewExperiment } from '@murmuration/api/experiment';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import type { Stores } from '@murmuration/storage/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';
import { enrolmentToken } from './line.ts';
import { commitWeight, weightedLine } from './weighted-line.ts';

const { text: token, ...listed } = mintInferenceToken(systemRandom, native);
const authorization = `Bearer ${token}`;
/** Few, so that chance can't split them so unevenly that the experiment ends as broken. */
const people = Array.from({ length: 60 }, (_, at) => at);

let world: DashboardWorld;

/** Versions 1 to 3, which multiply by their numbers. */
async function threeVersions(storage: Stores): Promise<void> {
  const first = await createCoordinator(
    parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken] }),
    [weightedLine()],
    { clock: systemClock, random: systemRandom, storage },
  );
  await first.stop();
  for (const weight of [1, 2, 3]) await commitWeight(storage, weight);
}

beforeAll(async () => {
  world = await DashboardWorld.open(weightedLine(), threeVersions, {
    config: {
      inference: { tokens: [{ ...listed, name: 'test', rights: ['predict', 'feedback', 'monitor'] }] },
    },
  });
});

afterAll(() => world?.close());

async function begin(terms: NewExperiment): Promise<void> {
  const answer = await world.ask('operator', 'tasks/line/experiments', terms);
  expect(answer.status, await answer.text()).toBe(200);
}

/** The version that answered somebody. */
async function predict(key: string, id?: string): Promise<string> {
  const model = `${world.coordinator.url}/v2/models/line`;
  const { inputs } = await (await fetch(model, { headers: { authorization } })).json();
  const answer = await fetch(`${model}/infer`, {
    method: 'POST',
    headers: { authorization, 'x-murmuration-key': key },
    body: JSON.stringify({
      ...(id !== undefined && { id }),
      inputs: [{ name: inputs[0].name, datatype: 'FP32', shape: [1, 1], data: [1] }],
    }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()).model_version;
}

/** Everybody asks, and it turns out that about two was right. */
async function measure(about: string): Promise<void> {
  for (const person of people) {
    const id = `${about} ${person}`;
    await predict(`person ${person}`, id);
    const answer = await fetch(`${world.coordinator.url}/v1/feedback`, {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify({ id, outcome: 1.8 + (person % 5) / 10 }),
    });
    expect(answer.ok).toBe(true);
  }
}

it('says who wins, how sure that is and what it costs, and ends experiments', async () => {
  const page = await world.page('operator');
  await page.goto(`${world.coordinator.url}/#/model/experiments/line`);
  await page.getByText('No experiment runs.').waitFor();
  await page.getByRole('button', { name: 'Begin an experiment' }).click();
  const form = page.getByRole('dialog');
  await form.getByText('murmuration experiments start line FILE').waitFor();
  expect(await violations(page)).toEqual([]);
  await form.getByLabel('Name').fill('by-hand');
  await form.getByRole('textbox', { name: /^Versions/ }).fill('1, 99');
  await form.getByRole('button', { name: 'Begin it' }).click();
  await form.getByText('The task line has no version 99.').waitFor();
  await form.getByRole('textbox', { name: /^Versions/ }).fill('1, 2');
  await form.getByRole('button', { name: 'Begin it' }).click();
  await page
    .getByRole('region', { name: /^by-hand/ })
    .getByText('Too little is known yet')
    .waitFor();
  const byHand = await (await world.ask('viewer', 'tasks/line/experiments/by-hand')).json();
  expect(byHand).toMatchObject({ kind: 'ab', metric: 'accuracy', outcome: 'running' });
  expect(byHand.arms).toMatchObject([{ name: 'version-1', version: 1 }, { version: 2 }]);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await form.getByRole('button', { name: 'Stop the experiment' }).click();
  await page.getByText('No experiment runs.').waitFor();

  await begin({
    name: 'smaller',
    kind: 'ab',
    metric: 'error',
    planned: 100,
    arms: [
      { name: 'one', version: 1 },
      { name: 'two', version: 2 },
    ],
  });
  await begin({ name: 'shadow', kind: 'mirror', arms: [{ name: 'three', version: 3 }] });
  const smaller = page.getByRole('region', { name: /^smaller/ });
  const shadow = page.getByRole('region', { name: /^shadow/ });
  await smaller.getByText('Too little is known yet').waitFor();
  await shadow.getByText('Nothing was mirrored yet').waitFor();

  await measure('smaller');
  await smaller.getByText(/^two is better than one by/).waitFor();
  await smaller.getByText(/two is the best with a chance of over 99\.9 %/).waitFor();
  await smaller.getByText('60 of 100 planned keys').waitFor();
  // One split of twenty looks odd by chance.
  await smaller.getByText(/^Keys (may not )?fall as they should/).waitFor();
  await smaller.getByText('worse than the control by over 1 point: failures.').waitFor();
  await smaller.getByRole('img', { name: /^−.+, between −.+ and −.+: decided$/ }).waitFor();
  await smaller.getByRole('row', { name: /^two better/ }).waitFor();
  await shadow.getByText('The same answer in 0.0 % of').waitFor();

  await shadow.getByRole('button', { name: 'Stop', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Everybody gets the version that is served again.').waitFor();
  await dialog.getByRole('button', { name: 'Stop the experiment' }).click();
  const past = page.getByRole('region', { name: 'Past experiments' }).first();
  await past.getByRole('row', { name: /^shadow.*stopped.*the operator ended it/ }).waitFor();

  await smaller.getByRole('button', { name: 'Promote two' }).click();
  await dialog.getByText(/^Everybody gets two \(version 2\)/).waitFor();
  await dialog.getByText(/^two is the best with a chance of over 99\.9 %\. Choosing it now costs/).waitFor();
  await dialog.getByRole('button', { name: 'Let everybody have it' }).click();
  await past.getByRole('row', { name: /^smaller.*promoted.*two is better than one/ }).waitFor();
  await page.getByText('No experiment runs.').waitFor();
  for (const person of people.slice(0, 5)) expect(await predict(`person ${person}`)).toBe('2');

  await page.goto(`${world.coordinator.url}/#/settings/protection`);
  await page.getByRole('row', { name: /chose an arm of an experiment/ }).waitFor();
  expect(world.problems).toEqual([]);
  await page.context().close();
});

/** A replica saw a hundred keys of each arm: those that were slow before, and the arm two less so. */
async function replicate(): Promise<void> {
  const { tasks } = await (
    await fetch(`${world.coordinator.url}/v1/tasks`, { headers: { authorization } })
  ).json();
  const arms = ['one', 'two'].map((arm, at) => ({
    ...{ experiment: tasks[0].experiments[0].id, arm, requests: 100, failures: 0, agreed: 0, dropped: 0 },
    units: Array.from({ length: 100 }, (_, each) => ({
      unit: `${1_000 * (at + 1) + each}`.padStart(16, '0'),
      failed: false,
      ms: 100 + each + (each % 3) - 5 * at,
      covariate: each,
    })),
  }));
  const answer = await fetch(`${world.coordinator.url}/v1/monitor/windows`, {
    method: 'POST',
    headers: { authorization },
    body: JSON.stringify({ replica: 'a'.repeat(32), number: 1, requests: [], predictions: [], arms }),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

it('shows what was known before, and what there would be without it', async () => {
  const page = await world.page('viewer');
  await begin({
    name: 'covered',
    kind: 'ab',
    metric: 'latency',
    arms: [
      { name: 'one', version: 1 },
      { name: 'two', version: 2 },
    ],
    covariate: { in: 'parameter', name: 'ms-before' },
  });
  await page.goto(`${world.coordinator.url}/#/model/experiments/line`);
  const covered = page.getByRole('region', { name: /^covered/ });
  await covered.getByText('Differences are not adjusted by it yet.').waitFor();
  // From now on it hears of all that is measured.
  await page.getByText('Live', { exact: true }).waitFor();
  await replicate();
  await covered.getByText('The parameter ms-before, of 200 keys').waitFor();
  await covered.getByText(/^It takes 99\.\d % of the variance out of differences\.$/).waitFor();
  await covered.getByText('two is better than one by').waitFor();
  await covered.getByText(/^Without the covariate: −.+, between −.+ and \+/).waitFor();
  expect(await violations(page)).toEqual([]);
  await screenshot(page, 'experiments-covariate');
  const answer = await world.ask('operator', 'tasks/line/experiments/covered/stop', {});
  expect(answer.status).toBe(200);
  await page.context().close();
});

describe('while experiments run', () => {
  beforeAll(async () => {
    await begin({
      name: 'larger',
      kind: 'ab',
      metric: 'error',
      planned: 100,
      arms: [
        { name: 'one', version: 1 },
        { name: 'two', version: 2 },
        { name: 'the-longest-name-an-arm-could-ever-have', version: 3 },
      ],
    });
    await begin({ name: 'beside', kind: 'mirror', arms: [{ name: 'three', version: 3 }] });
    await measure('larger');
  });

  it.each([
    ['light', 1440, 'viewer', 0],
    ['dark', 390, 'operator', 6],
  ] as const)(
    'looks right (%s, %i px, %s), and has %i buttons',
    async (colorScheme, width, role, buttons) => {
      const page = await world.page(role, { colorScheme, viewport: { width, height: 844 } });
      await page.goto(`${world.coordinator.url}/#/model/experiments/line`);
      const larger = page.getByRole('region', { name: /^larger/ });
      await larger.getByText(/^two is better than one/).waitFor();
      await settled(page);
      expect(await page.getByRole('button', { name: /^(Stop|Promote)/ }).count()).toBe(buttons);
      expect(await violations(page)).toEqual([]);
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth <= document.documentElement.clientWidth,
        ),
      ).toBe(true);
      await screenshot(page, `experiments-${colorScheme}-${width}`);
      await page.context().close();
    },
  );
});
