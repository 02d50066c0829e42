// @module-tag chromium

import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot } from './dashboard-world.ts';
import { lineTask } from './line.ts';

const clock = new VirtualClock(systemClock.now());
let world: DashboardWorld;

/** Rounds fail for want of devices, each with a line of the log. */
beforeAll(async () => {
  world = await DashboardWorld.open(lineTask({ schedule: { every: '10 min' } }), undefined, { clock });
  await world.coordinator.start();
  await clock.advance(25 * 60_000);
});

afterAll(() => world?.close());

it.each([
  ['light', 1440],
  ['dark', 390],
] as const)(
  'shows the log as it is written, filters and pauses it (%s, %i px)',
  async (colorScheme, width) => {
    const page = await world.page('operator', { colorScheme, viewport: { width, height: 844 } });
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Log', exact: true }).click();
    const lines = page.getByRole('region', { name: 'Lines of the log' }).getByRole('listitem');
    await lines.filter({ hasText: 'coordinator listens' }).waitFor();
    await lines.filter({ hasText: 'round failed' }).first().waitFor();

    const say = async (where: string) => {
      world.coordinator.events.emit('fault', where, new Error('broken on purpose'));
      await clock.advance(1_000);
    };
    await say(`the first ${colorScheme}`);
    await lines
      .first()
      .filter({ hasText: `the first ${colorScheme}` })
      .waitFor();
    expect(await violations(page)).toEqual([]);
    await screenshot(page, `log-${colorScheme}-${width}`);

    await page.getByLabel('Show').selectOption({ label: 'errors only' });
    await page.getByLabel('Containing').fill(`FIRST ${colorScheme}`);
    await expect.poll(() => lines.count()).toBe(1);
    await page.getByLabel('Containing').fill('nothing like it');
    await page.getByText('No lines match.').waitFor();
    await page.getByLabel('Containing').fill('');

    await page.getByRole('button', { name: 'Pause' }).click();
    const before = await lines.count();
    await say(`the second ${colorScheme}`);
    await page.getByText('Paused. 1 new line since then.').waitFor();
    expect(await lines.count()).toBe(before);
    await page.getByRole('button', { name: 'Continue' }).click();
    await lines
      .first()
      .filter({ hasText: `the second ${colorScheme}` })
      .waitFor();
    expect(world.problems).toEqual([]);
  },
);

it('is no page for viewers', async () => {
  const page = await world.page('viewer');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Protection' }).waitFor();
  expect(await page.getByRole('link', { name: 'Log', exact: true }).count()).toBe(0);
});
