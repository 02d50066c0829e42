// @module-tag chromium
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillHistory } from '../large-history.ts';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';
import { lineTask } from './line.ts';

let world: DashboardWorld;

beforeAll(async () => {
  const task = lineTask({ schedule: { every: '1 h' } });
  world = await DashboardWorld.open(task, storage =>
    fillHistory(storage, task, { rounds: 20, devices: 10 }, systemClock),
  );
  await world.coordinator.start();
});

afterAll(() => world?.close());

const hash = (page: Page) => page.evaluate(() => location.hash);
const field = (page: Page) => page.getByRole('combobox', { name: 'Page, task, version' });
const findings = (page: Page) => page.getByRole('listbox').getByRole('option');

it.each([
  ['light', 1280],
  ['dark', 390],
  ['light', 1920],
] as const)('finds all by the keyboard alone (%s, %i px)', async (colorScheme, width) => {
  const page = await world.page('operator', { colorScheme, viewport: { width, height: 844 } });
  await page.goto(`${world.coordinator.url}/#/fleet/devices`);
  await page.locator('tbody code').first().waitFor();
  await settled(page);
  const id = (await page.locator('tbody code').first().textContent())!;
  const type = async (text: string, first: string) => {
    await page.keyboard.press('Control+k');
    await expect.poll(() => field(page).evaluate(each => each === document.activeElement)).toBe(true);
    await page.keyboard.type(text);
    await findings(page).first().filter({ hasText: first }).waitFor();
  };
  await type('round', 'Rounds');
  expect(await field(page).getAttribute('aria-expanded')).toBe('true');
  const active = () =>
    field(page).evaluate(
      each => document.getElementById(each.getAttribute('aria-activedescendant')!)?.textContent,
    );
  expect(await active()).toMatch(/^Rounds/);
  const count = await findings(page).count();
  await page.keyboard.press('ArrowUp');
  await expect
    .poll(() =>
      findings(page)
        .nth(count - 1)
        .getAttribute('aria-selected'),
    )
    .toBe('true');
  await page.keyboard.press('ArrowDown');
  await expect.poll(active).toMatch(/^Rounds/);
  await screenshot(page, `find-${colorScheme}-${width}`);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await expect.poll(() => hash(page)).toBe('#/fleet/rounds/line');
  await page.locator('dialog').waitFor({ state: 'detached' });

  await type('version 12', 'Version 12');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Version 12 line' }).waitFor();
  await type(id.slice(0, 8), id);
  await page.keyboard.press('Enter');
  await expect.poll(() => hash(page)).toBe(`#/fleet/devices?search=${id}`);
  await page.getByText(id, { exact: true }).waitFor();
  await type('learning rate', 'Learning rate');
  await page.keyboard.press('Enter');
  const rate = page.getByLabel('Learning rate');
  await expect.poll(() => rate.evaluate(each => each === document.activeElement)).toBe(true);

  await type('round 7', 'Round 7');
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await expect.poll(() => rate.evaluate(each => each === document.activeElement)).toBe(true);
  await page.keyboard.press('Meta+k');
  await field(page).fill('nothing of this name');
  await page.getByRole('dialog').getByRole('status').getByText('Nothing has this name.').waitFor();
  expect(await findings(page).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Find' }).click();
  await field(page).fill('protection');
  await findings(page).first().click();
  await page.getByRole('heading', { level: 1, name: 'Settings line' }).waitFor();
  expect(world.problems).toEqual([]);
});

it('leaves a dialog that asks for something where it is', async () => {
  const page = await world.page('operator');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Control+k');
  await settled(page);
  expect(await page.getByRole('dialog').count()).toBe(1);
  expect(await field(page).count()).toBe(0);
});
