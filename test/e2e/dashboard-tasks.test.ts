// @module-tag chromium
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot } from './dashboard-world.ts';
import { lineTask } from './line.ts';

let folder: string;
let world: DashboardWorld;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-tasks-'));
  // Node loads the module itself, not vitest, so that it shares nothing but globals with this test.
  const churn = lineTask({
    name: 'churn',
    schedule: { every: '1 h' },
    // Longer than any page takes to show the round.
    deadlines: { gathering: '1 h', updates: '1 h' },
  });
  Object.assign(globalThis, { churnTask: churn });
  await writeFile(join(folder, 'churn.task.mjs'), 'export default globalThis.churnTask;');
  await writeFile(join(folder, 'empty.js'), 'export default null;');
  world = await DashboardWorld.open(lineTask({ schedule: { every: '1 h' } }), undefined, {
    config: { tasksFolder: folder },
  });
  await world.coordinator.start();
});

afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true });
  Reflect.deleteProperty(globalThis, 'churnTask');
});

it('lets an admin add the task of a module, and says why another one can not be added', async () => {
  const page = await world.page('admin', { colorScheme: 'light', viewport: { width: 1440, height: 844 } });
  const card = page.getByRole('region', { name: 'Add a task' });
  const add = async (file: string) => {
    await card.getByRole('listitem').filter({ hasText: file }).getByRole('button', { name: 'Add' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Add the task' }).click();
  };
  await add('empty.js');
  await page.getByRole('dialog').getByText('is not a task').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await add('churn.task.mjs');
  await card.getByText('added as churn').waitFor();
  const churn = page.getByRole('region', { name: 'churn', exact: true });
  await churn.getByText('Round 1 is running').waitFor();
  await screenshot(page, 'tasks-light-1440');
  expect(await violations(page)).toEqual([]);
  const narrow = await world.page('admin', { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
  await narrow.getByText('added as churn').waitFor();
  await screenshot(narrow, 'tasks-dark-390');
  expect(await violations(narrow)).toEqual([]);
});

it('offers no task to others than admins', async () => {
  const page = await world.page('operator');
  await page.getByRole('heading', { level: 2, name: 'churn', exact: true }).waitFor();
  expect(await page.getByRole('region', { name: 'Add a task' }).count()).toBe(0);
});
