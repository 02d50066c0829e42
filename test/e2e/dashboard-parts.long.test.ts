// @module-tag chromium
// @module-tag postgresql
import { overview } from '@murmuration/api/overview';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { dashboardPage } from '@murmuration/simulations/pages/built-page';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { PostgresqlServer } from '../postgresql-server.ts';
import { violations } from './accessibility.ts';
import { screenshot } from './dashboard-world.ts';
import { enrolmentToken, lineOptions } from './line.ts';
import task from './spread-task.ts';

/** Devices of a round, half of them at each cell. */
const cohort = 12;
/** So many that a cell with fewer than half a cohort comes about once in a million deals. */
const count = 40;
const { text: token, proof } = mintToken('operator', systemRandom, native);
let server: PostgresqlServer;
let browser: Browser;
const running: Coordinator[] = [];
const clients: FederatedClient[] = [];
const problems: string[] = [];
/** What lets devices go on that train. */
const waiting: (() => void)[] = [];

/** A front or a cell over one database. */
async function serve(storage: string, role: 'front' | 'cell'): Promise<Coordinator> {
  const operatorTokens = [{ id: proof.id, name: 'Ada', role: 'viewer', sha256: hex(proof.digest) }];
  const config = { port: 0, role, storage, operatorTokens, enrolmentTokens: [enrolmentToken], log: 'silent' };
  const coordinator = await createCoordinator(parseConfig(config), role === 'cell' ? [task] : [], {
    clock: systemClock,
    random: systemRandom,
  });
  running.push(coordinator);
  await coordinator.start();
  return coordinator;
}

beforeAll(async () => {
  await dashboardPage(() => {});
  server = await PostgresqlServer.start();
  browser = await chromium.launch(chromiumOptions);
});
afterAll(async () => {
  for (const resolve of waiting) resolve();
  await browser?.close();
  await Promise.all(clients.map(client => client.stop()));
  for (const each of running.reverse()) await each.stop();
  await server.remove();
});

async function overviewAt({ url }: Coordinator) {
  const answer = await fetch(`${url}/v1/admin/overview`, { headers: { authorization: `Bearer ${token}` } });
  return overview.parse(await answer.json());
}

/** A page of the cell's dashboard. */
async function open({ url }: Coordinator, colorScheme: 'light' | 'dark', width: number): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on('pageerror', error => problems.push(error.message));
  await page.goto(`${url}/#token=${token}`);
  await page.getByText('Live', { exact: true }).waitFor();
  return page;
}

const partsOn = (page: Page) => page.getByRole('list', { name: 'Parts' }).getByRole('listitem');

/** How many messages of how many the parts on a page have. */
async function countsOn(page: Page): Promise<readonly [number, number][]> {
  const texts = await partsOn(page).allTextContents();
  return texts.map(text => {
    const [, accepted, goal] = /(\d+) of (\d+)/.exec(text) ?? [];
    return [Number(accepted), Number(goal)];
  });
}

it('shows how far each part of a spread round is, as it happens, at the cell that leads it', async () => {
  const storage = await server.freshDatabase();
  const cells = [await serve(storage, 'cell'), await serve(storage, 'cell')];
  const front = await serve(storage, 'front');
  for (let index = 0; index < count; index++) {
    const { tasks, ...options } = lineOptions(front.url, index, memoryStorage());
    const client = new FederatedClient({
      ...options,
      transport: 'http',
      tasks: {
        line: {
          ...tasks.line!,
          trainer: {
            async train({ layout }) {
              await new Promise<void>(resolve => waiting.push(resolve));
              return { delta: new Float32Array(layout.count).fill(0.1), examples: 20, metrics: {} };
            },
            async close() {},
          },
        },
      },
    });
    clients.push(client);
    await client.start();
  }
  await expect.poll(() => waiting.length).toBe(cohort);
  const leads = await Promise.all(cells.map(async cell => (await overviewAt(cell)).tasks.length > 0));
  const leader = cells[leads.indexOf(true)]!;

  const wide = await open(leader, 'light', 1440);
  const narrow = await open(leader, 'dark', 390);
  for (const page of [wide, narrow]) {
    await expect.poll(() => countsOn(page)).toHaveLength(2);
    await expect.poll(async () => (await partsOn(page).allTextContents()).join()).toMatch(/Updates.*Updates/);
  }
  const before = await countsOn(wide);
  expect(before.map(([accepted]) => accepted)).toEqual([0, 0]);
  expect(before.reduce((sum, [, goal]) => sum + goal, 0)).toBe(cohort);
  expect((await overviewAt(leader)).tasks[0]!.round).toMatchObject({
    phase: 'updates',
    quorum: { accepted: 0, goal: cohort },
    cohort: { size: cohort, working: cohort },
  });
  // Two send their updates, at whatever cell they are: no part has all of its own with that.
  for (const resolve of waiting.splice(0, 2)) resolve();
  for (const page of [wide, narrow]) {
    const arrived = async () => (await countsOn(page)).reduce((sum, [accepted]) => sum + accepted, 0);
    await expect.poll(arrived).toBe(2);
  }
  for (const [page, name] of [
    [wide, 'light-1440'],
    [narrow, 'dark-390'],
  ] as const) {
    expect(await violations(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await screenshot(page, `parts-${name}`);
  }
  for (const resolve of waiting.splice(0)) resolve();
  await expect.poll(async () => (await overviewAt(leader)).tasks[0]!.round).toBe(null);
  await wide.getByText('No round is running.').waitFor();
  expect(await partsOn(wide).count()).toBe(0);
  expect((await overviewAt(leader)).tasks[0]!.last).toMatchObject({ number: 1, outcome: 'published' });
  expect(problems).toEqual([]);
});
