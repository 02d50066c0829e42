// @module-tag chromium
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fillHistory } from '../large-history.ts';
import { DashboardWorld } from './dashboard-world.ts';
import { lineTask } from './line.ts';

const clock = new VirtualClock(Date.UTC(2002, 8, 19, 12));
let world: DashboardWorld;

beforeAll(async () => {
  const task = lineTask({ schedule: { every: '1 h' } });
  world = await DashboardWorld.open(
    task,
    storage => fillHistory(storage, task, { rounds: 30, devices: 3 }, clock),
    { clock },
  );
});

afterAll(() => world?.close());

it('has the time of its coordinator, whatever the browser’s clock says', async () => {
  const page = await world.page('operator');
  const history = page.getByRole('region', { name: 'History of line' });
  await page.getByText(/^Round 30 Published (now|\d+ s ago)$/).waitFor();
  await history.getByText('30 rounds, none failed.').waitFor();
  await page.getByLabel('Show').selectOption('1');
  // One each 5 minutes.
  await history.getByText(/^1[23] rounds, none failed\./).waitFor();
  await page.goto(`${world.coordinator.url}/#/settings/log`);
  const times = page.getByRole('main').locator('time');
  await times.first().waitFor();
  for (const text of await times.allTextContents()) expect(text).toMatch(/^19 Sept 2002, /);
  expect(world.problems).toEqual([]);
});
