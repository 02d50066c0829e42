// @module-tag chromium
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';
import { lineTask } from './line.ts';

let world: DashboardWorld;

beforeAll(async () => {
  world = await DashboardWorld.open(
    lineTask({
      masking: { threat: 'malicious' },
      cohort: { goal: 40, minimum: 20 },
      update: { clip: 1, bits: 8 },
    }),
  );
});
afterAll(() => world?.close());

const change = (role: 'operator' | 'admin', settings: object) =>
  world.ask(role, 'tasks/line/settings', { settings }, 'PUT');

describe('protection that an admin has weakened', () => {
  it('is announced before it is, and refused to an operator', async () => {
    const page = await world.page('operator');
    await page.getByRole('link', { name: 'Settings' }).click();
    await settled(page);
    await page.getByLabel('Threat model').selectOption('off');
    await page.getByRole('button', { name: 'Review changes' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('the coordinator sees each update').waitFor();
    await dialog.getByText('Only an admin can make this change').waitFor();
    await screenshot(page, 'weakening-light');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await dialog.getByText('This needs the role admin').waitFor();
    expect(await page.getByText('instead of').count()).toBe(0);
  });

  it.each([
    ['light', 1440],
    ['dark', 390],
  ] as const)('is on every page until it is undone (%s, %i px)', async (colorScheme, width) => {
    const weaken = { masking: 'off', cohort: { goal: 1, minimum: 1 } };
    expect((await change('admin', weaken)).status).toBe(200);
    const page = await world.page('viewer', { colorScheme, viewport: { width, height: 844 } });
    const banner = page.locator('.banner.weakened');
    const shown = [
      ['Overview', 'Overview'],
      ['Model', 'Versions'],
      ['Fleet', 'Devices'],
      ['Fleet', 'Rounds'],
      ['Settings', 'Access'],
      ['Settings', 'Protection'],
      ['Settings', 'Task'],
    ] as const;
    for (const [place, name] of shown) {
      await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click();
      if (name !== place)
        await page.getByRole('navigation', { name: 'Tabs' }).getByRole('link', { name }).click();
      await banner.getByText('masking is off instead of on').waitFor();
      await settled(page);
      if (name === 'Overview' || name === 'Protection' || name === 'Task') {
        await screenshot(page, `weakened-${name}-${colorScheme}-${width}`.toLowerCase());
        expect(await violations(page)).toEqual([]);
      }
      if (name === 'Protection') await page.getByText('Updates wanted: “40” → “1”').first().waitFor();
    }
    const list = page.getByRole('region', {
      name: 'Devices are less protected than the task’s definition says',
    });
    expect(await list.getByRole('listitem').count()).toBe(3);
    const undo = { masking: { threat: 'malicious' }, cohort: { goal: 40, minimum: 20 } };
    expect((await change('operator', undo)).status).toBe(200);
    await banner.waitFor({ state: 'detached' });
    expect(world.problems).toEqual([]);
  });
});
