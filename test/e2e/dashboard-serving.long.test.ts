// @module-tag chromium

import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';
import { lineTask } from './line.ts';

let world: DashboardWorld;

const { text: token, ...listed } = mintInferenceToken(systemRandom, native);
const tokens = [{ ...listed, name: 'the test', rights: ['predict', 'feedback'] }];
const asCaller = { authorization: `Bearer ${token}` };

beforeAll(async () => {
  world = await DashboardWorld.open(lineTask(), undefined, { config: { inference: { tokens } } });
  await world.coordinator.start();
});

afterAll(() => world?.close());

const predict = (...row: number[]) =>
  fetch(`${world.coordinator.url}/v1/models/line:predict`, {
    method: 'POST',
    headers: asCaller,
    body: JSON.stringify({ instances: [row] }),
  });

it('says how to ask where nobody has yet, then shows each request and how fast they are', async () => {
  const page = await world.page('operator');
  await page.getByRole('link', { name: 'Model', exact: true }).click();
  await page.getByRole('link', { name: 'Serving' }).click();
  await page.getByText('Nobody has asked yet.').waitFor();
  await page.getByText('loads on request').waitFor();

  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => predict(i)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect((await predict(1, 2)).status).toBe(400);
  // Without a reload: the page hears of it.
  const models = page.getByRole('region', { name: 'Models' });
  await models.getByText('loaded', { exact: true }).waitFor();
  await models.getByText(/21 in the hour/).waitFor();
  const id = answers[0]!.headers.get('x-request-id');
  const told = await fetch(`${world.coordinator.url}/v1/feedback`, {
    method: 'POST',
    headers: asCaller,
    body: JSON.stringify({ id, outcome: 4 }),
  });
  expect(told.status).toBe(200);
  await models.getByText(/^off by/).waitFor();
  await models.getByText('5.0 %, 1').waitFor();
  const recent = page.getByRole('region', { name: 'Newest requests' });
  await recent.getByText('inference.input').waitFor();
  await recent.getByRole('button', { name: 'Show all 21' }).click();
  expect(await recent.getByText('answered', { exact: true }).count()).toBe(20);

  await models.getByRole('button', { name: 'Unload' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Unload' }).click();
  await models.getByText('unloaded', { exact: true }).waitFor();
  expect((await predict(1)).status).toBe(503);
  await models.getByRole('button', { name: 'Load' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Load' }).click();
  await models.getByText('loaded', { exact: true }).waitFor();
  expect((await predict(1)).status).toBe(200);
  expect(world.problems).toEqual([]);
});

it('makes an inference token without a restart, and revokes it', async () => {
  const page = await world.page('operator');
  await page.goto(`${world.coordinator.url}/#/settings/access`);
  await page.getByText('No inference token has been created here.').waitFor();
  await page.getByRole('button', { name: 'New inference token' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('the shop');
  await dialog.getByRole('textbox', { name: /^Models/ }).fill('line, spam');
  await dialog.getByLabel('Requests a day').fill('2');
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Create token' }).click();
  const text = await dialog.getByLabel('Token').inputValue();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByText('2 in 24 h').waitFor();
  await page.getByText('line, spam', { exact: true }).waitFor();
  const ask = async () =>
    (
      await fetch(`${world.coordinator.url}/v1/models/line:predict`, {
        method: 'POST',
        headers: { authorization: `Bearer ${text}` },
        body: JSON.stringify({ instances: [[1]] }),
      })
    ).status;
  const nobody = await fetch(`${world.coordinator.url}/v1/models/line:predict`, {
    method: 'POST',
    body: '{}',
  });
  expect(nobody.status).toBe(401);
  expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
  await page
    .getByRole('region', { name: 'Inference tokens' })
    .getByRole('button', { name: 'Revoke' })
    .click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('revoked', { exact: true }).waitFor();
  expect(await ask()).toBe(401);
  expect(world.problems).toEqual([]);
});

it.each([
  ['light', 1440],
  ['dark', 390],
] as const)('looks right (%s, %i px), and lets viewers look', async (colorScheme, width) => {
  const page = await world.page('viewer', { colorScheme, viewport: { width, height: 844 } });
  await page.goto(`${world.coordinator.url}/#/model/serving`);
  await page.getByRole('region', { name: 'Models' }).waitFor();
  await settled(page);
  expect(await page.getByRole('button', { name: /^(Unl|L)oad$/ }).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
  ).toBe(true);
  await screenshot(page, `serving-${colorScheme}-${width}`);
});
