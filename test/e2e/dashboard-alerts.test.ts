// @module-tag chromium
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot } from './dashboard-world.ts';
import { lineTask } from './line.ts';

const clock = new VirtualClock(systemClock.now());
let world: DashboardWorld;

/** No device ever comes: round after round fails, and after an hour that alone is worth a word. */
beforeAll(async () => {
  const alerts = { roundsFailing: 2, noEligibleDevices: '1 h' };
  world = await DashboardWorld.open(lineTask({ schedule: { every: '10 min' } }), undefined, {
    alerts,
    clock,
  });
  await world.coordinator.start();
  await clock.advance(70 * 60_000);
});

afterAll(() => world?.close());

it.each([
  ['light', 1440],
  ['dark', 390],
] as const)('says how bad it is and what to do, and leads there (%s, %i px)', async (colorScheme, width) => {
  const page = await world.page('viewer', { colorScheme, viewport: { width, height: 844 } });
  const alerts = page.getByRole('region', { name: 'Alerts' });
  const failing = alerts.getByRole('listitem').filter({ hasText: 'rounds of line failed' });
  await failing.getByText('Critical', { exact: true }).waitFor();
  const alone = alerts.getByRole('listitem').filter({ hasNotText: 'rounds of line failed' });
  expect(await alone.textContent()).toMatch(/^Warning .*device/);
  expect(await violations(page)).toEqual([]);
  await screenshot(page, `alerts-${colorScheme}-${width}`);
  await failing.getByRole('link', { name: 'Show details' }).click();
  await page.getByRole('heading', { level: 1, name: /Round \d+/ }).waitFor();
  expect(world.problems).toEqual([]);
});

it('lets an operator acknowledge an alert and silence its kind', async () => {
  const page = await world.page('operator');
  const failing = page
    .getByRole('region', { name: 'Alerts' })
    .getByRole('listitem')
    .filter({ hasText: 'rounds of line failed' });
  /** The coordinator tells of changes by its own clock. */
  const said = async (text: string) => {
    await page.getByRole('status').getByText(text).waitFor();
    await clock.advance(1_000);
  };
  await failing.getByRole('button', { name: 'Acknowledge' }).click();
  await said('You look after this alert.');
  await failing.getByText('Acknowledged by the operator').waitFor();
  await failing.getByRole('button', { name: 'Silence 24 h' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Silence', exact: true }).click();
  await said('Silenced for 24 hours.');
  await failing.getByText('Silenced until').waitFor();
  await screenshot(page, 'alerts-acknowledged');
  expect(await violations(page)).toEqual([]);
  await failing.getByRole('button', { name: 'End silence' }).click();
  await said('The silence has ended.');
  await failing.getByText('Silenced until').waitFor({ state: 'detached' });
  const { entries } = await (await world.ask('viewer', 'audit')).json();
  expect(entries.map(({ action }: { action: string }) => action)).toEqual([
    'alert.silence',
    'alert.silence',
    'alert.acknowledge',
  ]);
  expect((await world.ask('viewer', 'alerts/silence', { id: 'any', minutes: 1 })).status).toBe(403);
  expect((await world.ask('operator', 'alerts/silence', { id: 'none', minutes: 1 })).status).toBe(404);
});
