// @module-tag chromium
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fillHistory } from '../large-history.ts';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';
import { lineTask } from './line.ts';

let world: DashboardWorld;

/** A task that has rounds and versions, and nothing else. */
beforeAll(async () => {
  const task = lineTask({ schedule: { every: '1 h' } });
  world = await DashboardWorld.open(task, storage =>
    fillHistory(storage, task, { rounds: 60, devices: 40 }, systemClock),
  );
  await world.coordinator.start();
});

afterAll(() => world?.close());

const navigation = (page: Page) => page.getByRole('navigation', { name: 'Places' });
const tabs = (page: Page) => page.getByRole('navigation', { name: 'Tabs' });
const links = (page: Page) => tabs(page).locator('> ul a').allTextContents();
const hash = (page: Page) => page.evaluate(() => location.hash);

/** Addresses up to 0.3, and those that they lead to. */
const former = [
  ['now', 'overview'],
  ['devices', 'fleet/devices'],
  ['serving', 'model/serving'],
  ['monitor', 'model/monitoring'],
  ['security', 'settings/protection'],
  ['log', 'settings/log'],
  ['access', 'settings/access'],
  ['tasks/line/model', 'model/versions/line'],
  ['tasks/line/model/3', 'model/versions/line/3'],
  ['tasks/line/compare/3/5', 'model/compare/line/3/5'],
  ['tasks/line/rounds', 'fleet/rounds/line'],
  ['tasks/line/rounds/3', 'fleet/rounds/line/3'],
  ['tasks/line/training', 'model/training/line'],
  ['tasks/line/experiments', 'model/experiments/line'],
  ['tasks/line/queries', 'fleet/queries/line'],
  ['tasks/line/privacy', 'fleet/privacy/line'],
  ['tasks/line/settings', 'settings/task/line'],
] as const;

describe('places of the dashboard', () => {
  it.each([
    ['Model', ['Versions', 'Serving'], ['Train in runs', 'Begin an experiment', 'Watch answers for drift']],
    ['Fleet', ['Devices', 'Rounds'], ['Ask devices a question', 'Set a privacy budget']],
    ['Settings', ['Task', 'Protection', 'Access', 'Log'], []],
  ] as const)('%s has tabs for what its task has, and offers the rest', async (place, shown, offered) => {
    const page = await world.page('operator');
    await navigation(page).getByRole('link', { name: place }).click();
    await expect.poll(() => links(page)).toEqual(shown);
    const more = tabs(page).getByText('More', { exact: true });
    await expect.poll(() => more.count()).toBe(offered.length > 0 ? 1 : 0);
    for (const offer of offered) {
      await more.click();
      await tabs(page).getByRole('link', { name: offer }).click();
      // Its tab is there while it is open, and it says how to begin.
      await expect.poll(() => links(page)).toHaveLength(shown.length + 1);
      await page.getByRole('main').locator('.hint, .lead').first().waitFor();
      await settled(page);
      expect(await violations(page), offer).toEqual([]);
    }
    expect(world.problems).toEqual([]);
  });

  it('has a tab for an experiment as soon as one begins', async () => {
    const page = await world.page('viewer');
    await navigation(page).getByRole('link', { name: 'Model' }).click();
    await expect.poll(() => links(page)).toEqual(['Versions', 'Serving']);
    const begun = await world.ask('operator', 'tasks/line/experiments', {
      name: 'beside',
      kind: 'mirror',
      arms: [{ name: 'older', version: 0 }],
    });
    expect(begun.status).toBe(200);
    await expect.poll(() => links(page)).toEqual(['Versions', 'Experiments', 'Serving']);
  });

  it('lead from all former addresses to the new ones', async () => {
    const page = await world.page('admin');
    for (const [formerly, address] of former) {
      await page.goto(`${world.coordinator.url}/#/${formerly}`);
      await expect.poll(() => hash(page), { message: formerly }).toBe(`#/${address}`);
      await settled(page);
      expect(await page.getByText('There is no page at this address.').count(), formerly).toBe(0);
    }
    expect(world.problems).toEqual([]);
  });

  it('keeps what was chosen in the address, and leads back through it', async () => {
    const page = await world.page('viewer');
    await page.getByLabel('Show').selectOption('168');
    await expect.poll(() => hash(page)).toBe('#/overview?hours=168');
    await page.reload();
    await expect.poll(() => page.getByLabel('Show').inputValue()).toBe('168');
    await navigation(page).getByRole('link', { name: 'Fleet' }).click();
    await tabs(page).getByRole('link', { name: 'Rounds' }).click();
    await page.getByRole('heading', { level: 1, name: 'Fleet line' }).waitFor();
    expect(await page.title()).toBe('Rounds, line – Murmuration');
    await page.goBack();
    await page.goBack();
    await expect.poll(() => page.getByLabel('Show').inputValue()).toBe('168');
  });

  it('keeps filters of lists in the address', async () => {
    const page = await world.page('operator');
    const { url } = world.coordinator;
    await page.goto(`${url}/#/fleet/rounds/line`);
    const found = page.getByRole('region', { name: 'Past rounds' }).getByRole('status');
    await found.getByText('60 rounds', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText('Page 2').waitFor();
    await page.getByLabel('Outcome').selectOption('failed');
    await expect.poll(() => hash(page)).toBe('#/fleet/rounds/line?outcome=failed');
    await expect.poll(() => found.textContent()).not.toBe('60 rounds');
    const failed = await found.textContent();
    await page.reload();
    await found.getByText(failed!, { exact: true }).waitFor();
    await page.locator('.rounds tbody th a').first().click();
    await page.getByRole('heading', { level: 1, name: /^Round/ }).waitFor();
    await page.goBack();
    await found.getByText(failed!, { exact: true }).waitFor();
    expect(await page.getByLabel('Outcome').inputValue()).toBe('failed');
    await page.goto(`${url}/#/fleet/rounds/line?from=never&outcome=lost`);
    await found.getByText('60 rounds', { exact: true }).waitFor();
    await page.goto(`${url}/#/fleet/devices?revoked=true`);
    await page.getByText('No devices match.').waitFor();
    await page.goto(`${url}/#/settings/log?level=error&text=nothing+like+it`);
    await page.getByText('No lines match.').waitFor();
    expect(await page.getByLabel('Containing').inputValue()).toBe('nothing like it');
    await page.goto(`${url}/#/model/versions/line?compare=3,5`);
    await page.getByRole('button', { name: 'Compare selected' }).click();
    await page.getByRole('heading', { level: 1, name: 'Versions 3 and 5 line' }).waitFor();
    expect(world.problems).toEqual([]);
  });
});

it.each(
  ['light', 'dark'].flatMap(scheme =>
    [390, 1280, 1920].map(width => [scheme as 'light' | 'dark', width] as const),
  ),
)('has four places, in words (%s, %i px)', async (colorScheme, width) => {
  const page = await world.page('admin', { colorScheme, viewport: { width, height: 844 } });
  const names = ['Overview', 'Model', 'Fleet', 'Settings'];
  expect(await navigation(page).getByRole('link').allInnerTexts()).toEqual(names);
  for (const name of names) {
    const link = navigation(page).getByRole('link', { name });
    const words = link.getByText(name);
    const box = (await words.boundingBox())!;
    expect(box.width, name).toBeGreaterThan(30);
    expect(box.x + box.width, name).toBeLessThanOrEqual(width);
    await link.click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    const opened = name === 'Overview' ? [name] : [];
    if (name !== 'Overview') {
      await tabs(page).waitFor();
      await settled(page);
      opened.push(...(await links(page)));
    }
    for (const tab of opened) {
      if (name !== 'Overview') {
        await tabs(page).getByRole('link', { name: tab, exact: true }).click();
        await tabs(page).locator('[aria-current="page"]', { hasText: tab }).waitFor();
      }
      await settled(page);
      await screenshot(page, `places-${name}-${tab}-${colorScheme}-${width}`.toLowerCase());
      expect(await violations(page), `${name} ${tab}`).toEqual([]);
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth),
        `${name} ${tab}`,
      ).toBeLessThanOrEqual(width);
    }
  }
  expect(world.problems).toEqual([]);
});
