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
  world = await DashboardWorld.open(lineTask(), undefined, {
    config: { inference: { tokens, drift: { atLeast: 50, every: 1_000 } } },
  });
  await world.coordinator.start();
});

afterAll(() => world?.close());

/** Asks with a hundred rows around a value. */
async function predict(around: number): Promise<void> {
  const instances = Array.from({ length: 100 }, (_, row) => [around + (row % 10) / 10]);
  const { url } = world.coordinator;
  const body = JSON.stringify({ instances });
  for (const part of [body, body])
    expect(
      (await fetch(`${url}/v1/models/line:predict`, { method: 'POST', headers: asCaller, body: part }))
        .status,
    ).toBe(200);
}

/** What the newest window of the first version says, once the monitor has looked at all that was asked. */
async function last(): Promise<{ drifted: number } | null> {
  const { versions } = await (await world.ask('viewer', 'monitor')).json();
  return versions[0]?.last ?? null;
}

it('says what drifted since when, takes what is expected and what is compared, and writes it down', async () => {
  const page = await world.page('operator');
  await page.getByRole('link', { name: 'Model', exact: true }).click();
  await page.getByText('More', { exact: true }).click();
  await page.getByRole('link', { name: 'Watch answers for drift' }).click();
  await page.getByText('Nobody has asked a version yet.').waitFor();
  // The first thousand rows are the reference.
  for (let hundreds = 0; hundreds < 10; hundreds += 2) await predict(0);
  await page.getByText('No window has been compared yet').waitFor();
  await page.getByText(/^Compared with the first 1,?000 rows/).waitFor();
  await expect
    .poll(async () => {
      await predict(0);
      return last();
    })
    .toMatchObject({ drifted: 0 });
  await page.getByText('No drift', { exact: true }).waitFor();
  await expect
    .poll(async () => {
      await predict(5);
      return (await last())?.drifted;
    })
    .toBeGreaterThan(0);
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
  await report.getByRole('heading', { name: 'line, version 0' }).waitFor();
  await report.close();

  const expected = features.getByRole('button', { name: /^Expect drift of / }).first();
  const name = (await expected.getAttribute('aria-label'))!.replace('Expect drift of ', '');
  await expected.click();
  await page.getByText(`Drift of ${name} no longer counts.`).waitFor();
  await features.getByRole('button', { name: `Don’t expect drift of ${name}` }).waitFor();

  const settings = page.getByRole('region', { name: 'How windows are compared' });
  await settings.getByLabel('Features that make drift').fill('250');
  await settings.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText(/share/).waitFor();
  await settings.getByLabel('Features that make drift').fill('30');
  await settings.getByLabel('Test', { exact: true }).selectOption('psi');
  await settings.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The next window is compared like that.').waitFor();

  await page.getByRole('button', { name: 'Use the newest window as reference' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Use it' }).click();
  await page.getByText(/^Compared with a window that somebody chose/).waitFor();
  await page.getByText('The first window isn’t complete.').waitFor();
  await expect
    .poll(async () => {
      await predict(5);
      return last();
    })
    .toMatchObject({ drifted: 0 });
  await page.getByText('No drift', { exact: true }).waitFor();
  await page.goto(`${world.coordinator.url}/#/settings/protection`);
  await page
    .getByRole('row', { name: /changed how drift is watched/ })
    .first()
    .waitFor();
  await page.getByRole('row', { name: /changed a reference for drift/ }).waitFor();
  expect(world.problems).toEqual([]);
  await page.context().close();
});

it.each([
  ['light', 1440],
  ['dark', 390],
] as const)('looks right (%s, %i px), and lets viewers look', async (colorScheme, width) => {
  const page = await world.page('viewer', { colorScheme, viewport: { width, height: 844 } });
  await page.goto(`${world.coordinator.url}/#/model/monitoring`);
  await page.getByRole('region', { name: 'Features' }).getByRole('row').nth(1).waitFor();
  await settled(page);
  expect(await page.getByRole('button', { name: /^(Expect|Save|Use the newest)/ }).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
  ).toBe(true);
  await screenshot(page, `monitor-${colorScheme}-${width}`);
  await page.context().close();
});
