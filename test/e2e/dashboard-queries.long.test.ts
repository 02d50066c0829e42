// @module-tag chromium

import { readFile } from 'node:fs/promises';
import { FederatedClient } from '@murmuration/client-sdk/node';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { binsOf } from '@murmuration/protocol/queries/bins';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { figuresOf } from '@murmuration/protocol/queries/figures';
import type { Query } from '@murmuration/protocol/queries/query';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import type { Stores } from '@murmuration/storage/storage';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';
import { lineOptions, lineTask } from './line.ts';

const line = 'line' as TaskName;
const hour = 3_600_000;

const asked = { threshold: 3 };
const darkTheme = defineQuery({ ...asked, name: 'uses-dark-theme', kind: 'count' });
const notes = defineQuery({ ...asked, name: 'notes-written', kind: 'sum', least: 0, most: 100 });
const taken = defineQuery({ ...asked, name: 'suggestions-taken', kind: 'mean', least: 0, most: 1 });
const opening = defineQuery({
  ...asked,
  name: 'seconds-to-open',
  kind: 'histogram',
  bins: { relative: 0.05, least: 0.01, most: 60 },
  quantiles: [0.05, 0.5, 0.95],
});
const folders = defineQuery({
  ...asked,
  name: 'folders',
  kind: 'histogram',
  bins: { edges: [0, 2, 4, 8, 16] },
});
const languages = defineQuery({
  ...asked,
  name: 'languages',
  kind: 'top',
  items: ['German', 'English', 'French', 'Italian', 'Portuguese'],
  values: 3,
});
const [older, newer] = ['a', 'b'].map(digit => digit.repeat(64) as ModelHash) as [ModelHash, ModelHash];
const live = {
  ...defineQuery({ ...asked, name: 'suggestions-live', kind: 'outcomes', outcomes: ['accepted', 'ignored'] }),
  versions: [newer, older],
} as Query;
const never = defineQuery({ ...asked, name: 'never-asked', kind: 'count' });

/** Gathers until devices come, and nobody is lost: rounds go on as soon as everybody has answered. */
const patient = {
  gathering: '10 min',
  messages: '10 min',
  updates: '10 min',
};

const task = lineTask({
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 4, minimum: 3, overSelection: 1 },
  deadlines: patient,
  queries: [darkTheme, notes, taken, { query: opening, every: '1 d' }, folders, languages, live, never],
} as Partial<TaskDefinition>);

/** How long it takes on each of 200 devices, spread like a log-normal value. */
function openingSum(shift: number): Int32Array {
  const bins = binsOf({ relative: 0.05, least: 0.01, most: 60 });
  const sum = new Int32Array(bins.count);
  for (let device = 0; device < 200; device++) {
    const rank = (device + 0.5) / 200;
    const index = bins.indexOf(Math.exp(shift + 0.6 * Math.log(rank / (1 - rank))));
    sum[index]! += 1;
  }
  return sum;
}

/** What became of a query in a round; where there is no sum, too few devices answered. */
function past(number: number, query: Query, devices: number, sum?: Int32Array) {
  const endedAt = Date.now() - (20 - number) * hour;
  const common = {
    task: line,
    round: `round-${number}`.padEnd(22, '-') as RoundId,
    number,
    startedAt: endedAt - 40_000,
    endedAt,
  };
  const reason = sum ? null : `${devices} of at least ${query.threshold} devices answered.`;
  const round: RoundRecord = {
    ...common,
    planVersion: 1,
    base: '0'.repeat(64) as ModelHash,
    query: query.name,
    model: null,
    tally: { cohort: devices + 1, accepted: devices, rejected: 0, late: 1, lost: 0 },
    metrics: null,
    traffic: { up: 1_200 * devices, down: 0 },
    phases: [],
    errors: {},
    ...(reason === null
      ? { outcome: 'published', failure: null }
      : { outcome: 'failed', failure: { during: 'updates', reason } }),
  };
  const result = {
    ...common,
    query,
    devices: sum ? devices : null,
    figures: sum ? figuresOf(query, sum, devices) : null,
    failure: reason,
  };
  return { round, result };
}

async function fill(storage: Stores): Promise<void> {
  const rounds = [
    past(1, opening, 200, openingSum(0.4)),
    past(2, darkTheme, 35, Int32Array.of(9)),
    past(3, opening, 200, openingSum(0.2)),
    past(4, darkTheme, 40, Int32Array.of(13)),
    past(5, notes, 60, Int32Array.of(18_200)),
    past(6, taken, 60, Int32Array.of(25_000, 14_000)),
    past(7, taken, 80, Int32Array.of(36_000, 21_000)),
    past(8, folders, 50, Int32Array.of(0, 4, 18, 20, 7, 1)),
    past(9, languages, 50, Int32Array.of(31, 28, 12, 4, 0, 6)),
    past(10, opening, 200, openingSum(0)),
    past(11, taken, 2),
    // Of 40 devices 24 told of the one version, and 2 of the other.
    past(
      12,
      live,
      40,
      Int32Array.of(24, 180, 420, 1_700, 9_300, 5_200, 12_800, 18_000, 2, 3, 4, 5, 8, 11, 14, 25),
    ),
  ];
  for (const each of rounds) await storage.history.commit(each);
}

let world: DashboardWorld;
const clients: FederatedClient[] = [];

beforeAll(async () => {
  world = await DashboardWorld.open(task, fill);
  // What is asked by itself waits, and nothing trains.
  expect((await world.ask('operator', 'tasks/line/pause', {})).ok).toBe(true);
  await world.coordinator.start();
});

afterAll(async () => {
  for (const client of clients) await client.stop();
  await world?.close();
});

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).first();

it.each([
  ['light', 1440],
  ['dark', 390],
] as const)('looks right (%s, %i px), and lets viewers look', async (colorScheme, width) => {
  const page = await world.page('viewer', { colorScheme, viewport: { width, height: 844 } });
  for (const query of ['', darkTheme.name, opening.name, folders.name, languages.name, live.name]) {
    await page.goto(`${world.coordinator.url}/#/fleet/queries/line${query && `/${query}`}`);
    await page.getByRole('heading', { level: 1, name: query || 'Fleet' }).waitFor();
    if (query !== '') {
      await page.getByText('Your role can view queries; operators can ask them.').waitFor();
      expect(await page.getByRole('button', { name: 'Ask now' }).isDisabled()).toBe(true);
      await region(page, 'Result').getByRole('table').waitFor();
    } else await page.getByRole('row', { name: /never-asked/ }).waitFor();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
    ).toBe(true);
    await screenshot(page, `queries-${query || 'all'}-${colorScheme}-${width}`);
  }
  await page.context().close();
});

it('shows each kind of result, why there is none, and what rounds of queries were', async () => {
  const page = await world.page('viewer');
  await page.getByRole('link', { name: 'Fleet' }).click();
  await page.getByRole('link', { name: 'Queries' }).click();
  const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name} `) });
  await row('uses-dark-theme').getByText('32.5 % of devices').waitFor();
  await row('notes-written').getByText('1,820').waitFor();
  await row('suggestions-taken').getByText('Nothing shown').waitFor();
  await row('suggestions-taken').getByText('2 of at least 3 devices answered.').waitFor();
  await row('seconds-to-open').getByText('once the task is resumed').waitFor();
  await row('languages').getByText('German, English, French').waitFor();
  await row('suggestions-live').getByText('30.0 % accepted, version bbbbbbbbbbbb').waitFor();
  await row('never-asked').getByText('never asked').waitFor();

  await page.getByRole('link', { name: 'suggestions-taken' }).click();
  const result = region(page, 'Result');
  await result.getByText('Round 11 shows nothing. 2 of at least 3 devices answered.').waitFor();
  // The newest that shows something, then the one before.
  await result.getByText('0.45', { exact: true }).first().waitFor();
  await result.getByRole('combobox', { name: 'Result of' }).selectOption('6');
  await result.getByText('60 devices answered').waitFor();
  await result.getByRole('row', { name: /^mean 0\.417 / }).waitFor();
  await region(page, 'Over time').waitFor();
  await screenshot(page, 'queries-mean');

  await page.getByRole('link', { name: 'Rounds', exact: true }).click();
  const failed = page.getByRole('row', { name: /^11 Failed/ });
  await failed.getByRole('link', { name: 'Query “suggestions-taken”' }).waitFor();
  const answered = page.getByRole('row', { name: /^9 Answered/ });
  await screenshot(page, 'queries-rounds');
  await answered.getByRole('link', { name: '9', exact: true }).click();
  await page.getByText('Devices answered a query: no version was made.').waitFor();
  await page.getByText('50 devices answered').waitFor();
  await screenshot(page, 'queries-round');
  await page.getByRole('link', { name: 'languages' }).click();
  await region(page, 'Result')
    .getByRole('row', { name: /^German 31 / })
    .waitFor();
  expect(world.problems).toEqual([]);
  await page.context().close();
});

it('shows under Monitoring what became of predictions on devices, by version', async () => {
  const page = await world.page('viewer');
  await page.getByRole('link', { name: 'Model', exact: true }).click();
  await page.getByRole('link', { name: 'Monitoring' }).click();
  const card = region(page, 'On devices');
  await card.getByText('24 devices, 600 predictions').waitFor();
  await card.getByRole('listitem').filter({ hasText: '30.0 %' }).waitFor();
  await card.getByText('2 devices: too few devices told of it').waitFor();
  await settled(page);
  expect(await violations(page)).toEqual([]);
  await screenshot(page, 'monitor-devices');
  await card.getByRole('link', { name: 'line: suggestions-live' }).click();
  await region(page, 'Result')
    .getByRole('row', { name: /version bbbbbbbbbbbb: accepted 180 30\.0 %/ })
    .waitFor();
  expect(world.problems).toEqual([]);
  await page.context().close();
});

it('asks devices by clicks, says how that goes, and saves what they answered', async () => {
  const page = await world.page('operator');
  await page.goto(`${world.coordinator.url}/#/fleet/queries/line`);
  await page.getByRole('link', { name: darkTheme.name }).click();
  const asking = region(page, 'Asking');
  await asking.getByText('Asked by command only').waitFor();
  await asking.getByRole('button', { name: 'Ask now' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/At least 3 have to answer, or nothing is shown\.$/).waitFor();
  await dialog.getByRole('button', { name: 'Ask devices' }).click();
  await asking.getByText('Devices are being asked, in round 13').waitFor();
  await asking.getByText(/^Gathering: 0 devices of 4 wanted, minimum 3\./).waitFor();
  await screenshot(page, 'queries-asked');
  expect(await asking.getByRole('button', { name: 'Ask now' }).isDisabled()).toBe(true);
  await asking.getByRole('link', { name: 'Watch the round' }).click();
  await page.getByText('Round 13 is running: it asks “uses-dark-theme” and makes no version.').waitFor();
  await screenshot(page, 'queries-round-under-way');

  for (let index = 0; index < 4; index++) {
    const options = lineOptions(world.coordinator.url, index);
    const client = new FederatedClient({
      ...options,
      tasks: {
        line: {
          ...options.tasks.line!,
          answers: { [darkTheme.name]: { kinds: ['count'], answer: () => index > 0 } },
        },
      },
    });
    clients.push(client);
    await client.start();
  }
  await page.getByText('Answered', { exact: true }).first().waitFor();
  await page.getByRole('link', { name: darkTheme.name }).click();
  const result = region(page, 'Result');
  await result.getByText('4 devices answered').waitFor();
  await result.getByText('75.0 %', { exact: true }).first().waitFor();

  const saved = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      result.getByRole('button', { name }).click(),
    ]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
  };
  const csv = await saved('Download CSV');
  expect(csv.name).toBe('line-uses-dark-theme-round-13.csv');
  expect(csv.text).toMatch(/^count,share,low,high\r\n3,0\.75,/);
  const json = await saved('Download JSON');
  expect(JSON.parse(json.text)).toMatchObject({
    number: 13,
    devices: 4,
    figures: { kind: 'count', count: 3 },
  });
  expect(world.problems).toEqual([]);
  await page.context().close();
});
