// @module-tag chromium

import * as tf from '@murmuration/engine/tfjs/tf';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { Figures } from '@murmuration/protocol/queries/figures';
import type { Query } from '@murmuration/protocol/queries/query';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { growingTask } from '@murmuration/rounds/vocabulary/growing-task';
import type { Stores } from '@murmuration/storage/storage';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { violations } from './accessibility.ts';
import { DashboardWorld, screenshot, settled } from './dashboard-world.ts';
import { command } from './kept-commands.ts';

const newWords = defineQuery({ name: 'new-words', kind: 'heavy-hitters', threshold: 3, bytes: 16 });
const others = defineQuery({ name: 'other-texts', kind: 'heavy-hitters', threshold: 3, bytes: 16 });

const task = growingTask(['see', 'you', 'home'], { query: 'new-words', most: 50, atOnce: 4 }, words => ({
  name: 'line',
  model: () =>
    tf.sequential({ layers: [tf.layers.dense({ units: words.length, inputShape: [2], name: 'output' })] }),
  plan: { learningRate: 0.1 },
  update: { clip: 1, bits: 12 },
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 4, minimum: 3, overSelection: 1 },
  uploadSlot: 0,
  schedule: { every: '0 s' },
  queries: [{ query: newWords, every: '7 d' }, others],
}));

/** What became of a query in a round. */
function past(number: number, query: Query, figures: Figures | null) {
  const endedAt = Date.now() - (20 - number) * 60_000;
  const common = {
    task: 'line' as TaskName,
    round: `round-${number}`.padEnd(22, '-') as RoundId,
    number,
    startedAt: endedAt - 40_000,
    endedAt,
  };
  const reason = 'Too many devices left.';
  const round = {
    ...common,
    planVersion: 1,
    base: '0'.repeat(64) as ModelHash,
    query: query.name,
    model: null,
    tally: { cohort: 40, accepted: 40, rejected: 0, late: 0, lost: 0 },
    metrics: null,
    traffic: { up: 0, down: 0 },
    phases: [],
    errors: {},
    ...(figures
      ? { outcome: 'published', failure: null }
      : { outcome: 'failed', failure: { during: 'updates', reason } }),
  } as RoundRecord;
  const devices = figures ? 40 : null;
  return { round, result: { ...common, query, devices, figures, failure: figures ? null : reason } };
}

const sketch = { kind: 'sketch', heavy: Buffer.alloc((3 * 16_384) / 8).toString('base64url'), buckets: 9 };
const said = { brighton: 24, netherfield: 9, omw: 17, lol: 12, brb: 4, you: 40, 'a-word-of-sixteen': 3 };
const texts = Object.entries(said).map(([text, devices]) => {
  const value = devices / 40;
  return { text, devices, share: { value, low: value, high: value } };
});

async function fill({ history }: Stores): Promise<void> {
  const found = { kind: 'heavy-hitters', texts, unread: 1, chance: 0.94 };
  for (const each of [
    past(1, newWords, sketch as Figures),
    past(2, newWords, found as Figures),
    past(3, others, sketch as Figures),
    ...[4, 5, 6].map(number => past(number, others, null)),
  ])
    await history.commit(each);
}

let world: DashboardWorld;
beforeAll(async () => {
  world = await DashboardWorld.open(task, fill);
  expect((await world.ask('operator', 'tasks/line/pause', {})).ok).toBe(true);
  await world.coordinator.start();
});
afterAll(() => world?.close());

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).first();

it('VG11: shows the words that devices have, and adds some by a click of an operator', async () => {
  for (const [colorScheme, width] of [
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const) {
    const page = await world.page('viewer', { colorScheme, viewport: { width, height: 844 } });
    await page.goto(`${world.coordinator.url}/#/fleet/queries/line/new-words`);
    const card = region(page, 'New words');
    await card.getByText('6 words are proposed').waitFor();
    expect(await card.getByRole('button', { name: 'Add words' }).isDisabled()).toBe(true);
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
    ).toBe(true);
    await screenshot(page, `vocabulary-${colorScheme}-${width}`);
    await page.context().close();
  }
  const page = await world.page('operator');
  await page.goto(`${world.coordinator.url}/#/fleet/queries/line/new-words`);
  const card = region(page, 'New words');
  const listed = async (label: string) => {
    const list = card.getByRole('list', { name: label, exact: true });
    await list.waitFor();
    return list.getByRole('listitem').allInnerTexts();
  };
  expect((await listed('6 words are proposed')).map(text => text.replaceAll(/\s+/g, ' '))).toEqual([
    'brighton 24 devices',
    'omw 17 devices',
    'lol 12 devices',
    'netherfield 9 devices',
    'brb 4 devices',
    'a-word-of-sixteen 3 devices',
  ]);
  // One that is chosen is added, and no other.
  await card.getByRole('checkbox', { name: 'a-word-of-sixteen 3 devices' }).check();
  await screenshot(page, 'vocabulary-chosen');
  await card.getByRole('button', { name: 'Add words' }).click();
  const one = page.getByRole('dialog', { name: 'Add 1 word to the vocabulary?' });
  await one.getByRole('button', { name: 'Add words' }).click();
  await card.getByText('5 words are proposed').waitFor();
  await card.getByRole('button', { name: 'Add words' }).click();
  const four = page.getByRole('dialog', { name: 'Add 4 words to the vocabulary?' });
  await four.getByRole('button', { name: 'Add words' }).click();
  await card.getByText('1 word is proposed').first().waitFor();
  const inForce = 'Added, and in force when the coordinator starts next:';
  expect(await listed(inForce)).toEqual(['a-word-of-sixteen', 'brighton', 'omw', 'lol', 'netherfield']);
  await card.getByText(/^5 words were added in all, the last by the operator, /).waitFor();
  await settled(page);
  expect(await violations(page)).toEqual([]);
  expect(world.problems).toEqual([]);
  await page.context().close();
});

it('QY15: says which round of a query comes next that failed too often, and offers nothing to other queries', async () => {
  const page = await world.page('operator');
  await page.goto(`${world.coordinator.url}/#/fleet/queries/line/other-texts`);
  await region(page, 'Asking')
    .getByText(
      /^Round 2 of the 2 of this query comes next\. It has failed 3 times and is asked again by command\. In /,
    )
    .waitFor();
  const { output } = await command(['queries', 'list', 'line'], {
    MURMURATION_TOKEN: world.token('viewer'),
    MURMURATION_URL: world.coordinator.url,
  });
  expect(output).toMatch(/^next round .* 2 of 2, failed 3 times; by command until \d{4}-/m);
  await settled(page);
  expect(await page.getByRole('region', { name: 'New words' }).count()).toBe(0);
  expect(world.problems).toEqual([]);
  await page.context().close();
});
