// @module-tag chromium
import { readFile } from 'node:fs/promises';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failing, fillHistory } from '../large-history.ts';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';
import { lineTask } from './line.ts';

const [rounds, devices] = [5_000, 10_000];
const versions = rounds - Math.floor(rounds / failing);
const count = (value: number) => new Intl.NumberFormat('en').format(value);

let world: DashboardWorld;

beforeAll(async () => {
  const task = lineTask({ schedule: { every: '1 h' } });
  world = await DashboardWorld.open(task, storage =>
    fillHistory(storage, task, { rounds, devices }, systemClock),
  );
});

afterAll(() => world?.close());

const table = (page: Page, name: string) => page.getByRole('group', { name }).getByRole('table');
/** The first cells of the rows of a table. */
const firsts = async (page: Page, name: string) =>
  (await table(page, name).locator('tbody th').allTextContents()).map(text => text.trim());

describe('a dashboard with a long history', () => {
  it('lists rounds page by page, the newest first, and those that fit a filter alone', async () => {
    const page = await world.page('viewer');
    await page.goto(`${world.coordinator.url}/#/fleet/rounds/line`);
    await page.getByText(`${count(rounds)} rounds`, { exact: true }).waitFor();
    expect((await firsts(page, 'Past rounds'))[0]).toBe(count(rounds));
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('Page 2').waitFor();
    await expect.poll(async () => (await firsts(page, 'Past rounds'))[0]).toBe(count(rounds - 25));
    await page.getByLabel('Outcome').selectOption('failed');
    await page.getByText(`${count(Math.floor(rounds / failing))} rounds`, { exact: true }).waitFor();
    const failed = await firsts(page, 'Past rounds');
    expect(failed.map(text => Number(text.replaceAll(',', '')) % failing)).toEqual(failed.map(() => 0));
    await page.getByText('Page 1').waitFor();
    await page.getByRole('link', { name: failed[0]!, exact: true }).click();
    await page.getByRole('heading', { name: `Round ${failed[0]} line` }).waitFor();
    await page.getByText(/In updates: 18 updates came before the deadline/).waitFor();
    expect(world.problems).toEqual([]);
    await page.context().close();
  });

  it('tells of one round which phases it had, who was lost where, and what was refused and why', async () => {
    const page = await world.page('viewer');
    await page.goto(`${world.coordinator.url}/#/fleet/rounds/line/4990`);
    const phases = table(page, 'Phases');
    await phases.waitFor();
    expect(await phases.locator('tbody th').allTextContents()).toEqual(['Gathering', 'Updates', 'Closing']);
    const refused = table(page, 'Refused messages').locator('tbody tr');
    expect(await refused.allTextContents()).toEqual([
      expect.stringMatching(/^round\.closed Expected3The round no longer takes this message\..*settings/),
    ]);
    // 52 were drawn, and 2 of them were lost.
    await page.getByText('50 of 52 contributed · 2 lost').waitFor();
    await page.context().close();
  });

  it('goes through all devices and versions by pages of the coordinator', async () => {
    const page = await world.page('viewer');
    await page.goto(`${world.coordinator.url}/#/fleet/devices`);
    await table(page, 'All devices').waitFor();
    const first = await firsts(page, 'All devices');
    expect(first).toHaveLength(25);
    await page.getByRole('button', { name: 'Older' }).click();
    await expect.poll(async () => (await firsts(page, 'All devices'))[0]).not.toBe(first[0]);
    const second = await firsts(page, 'All devices');
    expect(second.filter(each => first.includes(each))).toEqual([]);
    await page.getByLabel('Search').fill(second[3]!.slice(0, 8));
    await expect.poll(() => firsts(page, 'All devices')).toEqual([second[3]]);
    const saved = page.waitForEvent('download');
    await page
      .getByRole('region', { name: 'All devices' })
      .getByRole('button', { name: 'Export CSV' })
      .click();
    const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]!.startsWith(second[3]!)).toBe(true);
    await page.goto(`${world.coordinator.url}/#/model/versions/line`);
    await table(page, 'Versions').waitFor();
    const newest = await firsts(page, 'Versions');
    expect(newest[0]).toMatch(new RegExp(`^${versions} `));
    expect(newest).toHaveLength(20);
    await page.getByRole('heading', { name: 'Accuracy' }).waitFor();
    await page.context().close();
  });

  it('compares two versions that are chosen', async () => {
    const page = await world.page('viewer');
    await page.goto(`${world.coordinator.url}/#/model/versions/line`);
    for (const number of [versions - 5, versions - 1])
      await page.getByRole('checkbox', { name: `Select version ${count(number)} to compare` }).check();
    await page.getByRole('button', { name: 'Compare selected' }).click();
    await page
      .getByRole('heading', { name: `Versions ${count(versions - 5)} and ${count(versions - 1)} line` })
      .waitFor();
    const recall = table(page, 'Comparison').getByRole('row', { name: /^Top-1 recall/ });
    expect(await recall.textContent()).toMatch(/\+0\.\d\d points \(better\)$/);
    expect(page.url()).toMatch(new RegExp(`#/model/compare/line/${versions - 5}/${versions - 1}$`));
    await page.context().close();
  });

  const pages = {
    now: ['#/overview', /No round is running\.|is running/],
    model: ['#/model/versions/line', 'Versions'],
    version: [`#/model/versions/line/${versions}`, 'Evaluation'],
    compare: [`#/model/compare/line/${versions - 3}/${versions}`, 'Comparison'],
    rounds: ['#/fleet/rounds/line', `${count(rounds)} rounds`],
    round: ['#/fleet/rounds/line/4920', 'round.closed'],
    failed: [`#/fleet/rounds/line/${failing}`, 'The model didn’t change.'],
    devices: ['#/fleet/devices', 'Page 1'],
    privacy: ['#/fleet/privacy/line', 'This task has no privacy budget'],
    guarantees: ['#/settings/protection/line', 'Updates are not masked'],
    protection: ['#/settings/protection', 'Alert rules'],
    settings: ['#/settings/task/line', 'No changes.'],
    access: ['#/settings/access', 'Operator tokens'],
    missing: ['#/elsewhere', 'There is no page at this address.'],
  } as const;

  it.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)('has no page that axe-core finds fault with (%s, %i px)', async (colorScheme, width) => {
    const page = await world.page('admin', { colorScheme, viewport: { width, height: 844 } });
    for (const [name, [address, text]] of Object.entries(pages)) {
      await page.goto(`${world.coordinator.url}/${address}`);
      await page.getByRole('main').getByText(text).first().waitFor();
      await settled(page);
      await screenshot(page, `${name}-${colorScheme}-${width}`);
      expect(await violations(page), name).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(
        width,
      );
    }
    await page.goto(`${world.coordinator.url}/#/model/versions/line/${versions - 1}`);
    await page.getByRole('button', { name: 'Roll back and pin' }).click();
    await page.getByRole('dialog').waitFor();
    await screenshot(page, `dialog-${colorScheme}-${width}`);
    expect(await violations(page), 'dialog').toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await screenshot(page, `sign-in-${colorScheme}-${width}`);
    expect(await violations(page), 'sign-in').toEqual([]);
    expect(world.problems).toEqual([]);
    await page.context().close();
  });
});
