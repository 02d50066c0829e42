// @module-tag chromium
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot } from './dashboard-world.ts';
import { enrolmentToken, lineTask } from './line.ts';
import { RawDevice } from './raw-device.ts';

const clock = new VirtualClock(systemClock.now());
let world: DashboardWorld;
const devices: RawDevice[] = [];

/** Three devices come while the task is paused, and are sent away. */
beforeAll(async () => {
  world = await DashboardWorld.open(lineTask({ schedule: { every: '1 h' } }), undefined, { clock });
  await world.coordinator.control.pause('line' as never);
  await world.coordinator.start();
  for (let i = 0; i < 3; i++) {
    const device = await new RawDevice(world.coordinator.url).connect();
    await device.enrol({ token: enrolmentToken });
    await device.hello();
    await device.checkIn();
    devices.push(device);
  }
});

afterAll(async () => {
  for (const device of devices) device.socket.disconnect();
  await world?.close();
});

it.each([
  ['light', 1440],
  ['dark', 390],
] as const)(
  'counts down until devices come back that were sent away (%s, %i px)',
  async (colorScheme, width) => {
    const page = await world.page('viewer', { colorScheme, viewport: { width, height: 844 } });
    const card = page.getByRole('region', { name: 'line', exact: true });
    const line = card.getByText(/^3 devices were told to come back; the first is due in \d+ min( \d+ s)?\.$/);
    await line.waitFor();
    const first = await line.textContent();
    // The page counts by itself, second by second.
    await expect.poll(() => line.textContent()).not.toBe(first);
    expect(await violations(page)).toEqual([]);
    await screenshot(page, `waiting-${colorScheme}-${width}`);
    expect(world.problems).toEqual([]);
  },
);

it('says so beside the alerts while a round waits for them, and nothing once they are back', async () => {
  const page = await world.page('viewer');
  // A round that an operator begins calls devices back; one of them is on its way.
  await world.coordinator.control.begin('line' as never);
  await clock.advance(1_000);
  const alerts = page.getByRole('region', { name: 'Alerts' });
  await alerts.getByText('round 1 of line is waiting for devices').waitFor();
  await alerts.getByText(/^3 devices were told to come back; the first is due/).waitFor();
  for (const device of devices) await device.checkIn();
  await clock.advance(1_000);
  await page.getByText('told to come back').first().waitFor({ state: 'detached' });
  expect(world.problems).toEqual([]);
});

it('says that a part could not be loaded, and loads it once it is asked again', async () => {
  const page = await world.page('viewer');
  const parts = '**/assets/versions-page-*.js';
  await page.route(parts, route => route.abort());
  await page.getByRole('link', { name: 'Model', exact: true }).click();
  await page.getByText('This part of the dashboard could not be loaded.').waitFor();
  await page.unroute(parts);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('region', { name: 'Served version' }).waitFor();
  expect(world.problems).toEqual([]);
});
