// @module-tag chromium
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { Phones } from '@murmuration/demo/phones/phones';
import { smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { phrasesQuery } from '@murmuration/demo-keyboard-app/task/phrases';
import { phrasesQueryName } from '@murmuration/demo-keyboard-app/task/query-names';
import { firstWordId } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { cohortSizeOf } from '@murmuration/rounds/task/task';
import { lossesIn } from '@murmuration/simulations/behaviour/losses';
import { smsText } from '@murmuration/simulations/data/sms';
import { keyboardPage } from '@murmuration/simulations/pages/built-page';
import { fewestExamples, keyboardTask } from '@murmuration/studies/keyboard/task';
import { heldOutText } from '@murmuration/studies/keyboard/text';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { seedsOn } from '../sides.ts';
import { violations } from './accessibility.ts';

const artifacts = fileURLToPath(new URL('../artifacts/', import.meta.url));
const [phonesToken, pageToken] = ['a token of the phones', 'a token of the page'];
/** As many as a round takes on the side of sketches, and with the page on that of counts: all of a side are in each round that asks it. */
const numbers = [0, 2, 4, 5, 7, 9, 1, 3, 6, 8, 11];
const cohort = 6;

let coordinator: Coordinator;
let phones: Phones;
let browser: Browser;
let page: Page;
const problems: string[] = [];
const got: string[] = [];

beforeAll(async () => {
  await mkdir(artifacts, { recursive: true });
  const text = smsText();
  const heldOut = heldOutText(text, smallModel.vocabulary);
  const task = keyboardTask({
    cohort,
    devices: numbers.length + 1,
    overSelection: 1,
    seed: 1,
    masking: 'on',
    graph: 'sparse',
    lose: 0,
    heldOut: { ...heldOut, messages: heldOut.messages.slice(0, 100) },
    ngrams: phrasesQuery(firstWordId + heldOut.words.length),
  });
  const { folder } = await keyboardPage(() => {});
  const setup = {
    words: heldOut.words,
    enrolment: pageToken,
    leastSentences: fewestExamples,
    secondsPerRound: 10,
  };
  coordinator = await createCoordinator(
    parseConfig({
      port: 0,
      log: 'error',
      enrolmentTokens: [phonesToken, pageToken],
      apps: { '/keyboard/': { folder, documents: { 'setup.json': setup } } },
    }),
    // Nobody is ever missing, so that a phase is over as soon as all have answered, however slow the machine is.
    [{ ...task, deadlines: { ...task.deadlines, gathering: 300_000 } }],
    { clock: systemClock, random: systemRandom },
  );
  await coordinator.control.pause(task.name);
  phones = new Phones({
    enrolmentToken: phonesToken,
    seed: 1,
    kept: null,
    engine: 'auto',
    losses: lossesIn('updates', 0),
    phones: numbers.map(number => ({ number, messages: text.phones[number]!.train.slice(0, 60) })),
  });
  await phones.learn({
    url: coordinator.url,
    plan: { training: task.training, update: task.update, largestCohort: cohortSizeOf(task) },
    words: heldOut.words,
  });
  await coordinator.start();
  browser = await chromium.launch(chromiumOptions);
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
  });
  // The page is on the side of counts, whichever of these its identity comes of.
  await context.addInitScript(
    seeds => {
      const { getRandomValues } = crypto;
      crypto.getRandomValues = array => {
        const seed = array instanceof Uint8Array && array.length === 32 ? seeds.pop() : undefined;
        if (seed && array instanceof Uint8Array) array.set(seed);
        else getRandomValues.call(crypto, array);
        return array;
      };
    },
    seedsOn('counts', phrasesQueryName, 64).map(seed => [...seed]),
  );
  page = await context.newPage();
  page.setDefaultTimeout(120_000);
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('response', response => got.push(response.url()));
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await phones?.stop();
  await coordinator?.stop();
});

const panel = (name: string) => page.getByRole('region', { name });

/** The records of the next rounds of a kind, so many. */
function rounds(count: number, asks: boolean): Promise<RoundRecord[]> {
  const records: RoundRecord[] = [];
  return new Promise(resolve => {
    coordinator.events.on('round-ended', record => {
      if ((record.query !== undefined) === asks && records.push(record) === count) resolve(records);
    });
  });
}

it('the keyboard page says which words it writes once its person has agreed to that, tells them, and is served what many have in common', async () => {
  const keyboard = coordinator.control.tasks[0]!.task.name;
  await page.goto(`${coordinator.url}/keyboard/`);
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.waitFor();
  for (let time = 0; time < 4; time++)
    for (const sentence of ['I see you', 'see you at home', 'I will see you', 'call me at home now']) {
      await field.fill(sentence);
      await field.press('Enter');
    }
  expect(await panel('What left this device').textContent()).toContain('Nothing yet.');
  // What is agreed to is said beside the switch.
  const consent = page.getByRole('switch', { name: 'Help teach the shared model' });
  expect(await page.locator('#consent-hint').textContent()).toMatch(
    /which known words and word pairs you use.*only totals over many devices/,
  );
  await page.getByText('What totals may tell').click();
  await page.getByText(/only what three devices or more have in common is shown/).waitFor();
  await consent.click();
  await page.getByRole('status').getByText('Connected', { exact: true }).waitFor();

  const asked = rounds(5, true);
  await coordinator.control.ask(keyboard, 'phrases');
  const learning = panel('Learning together');
  // One look for both: the round may end between two of them.
  const question = page.getByText(/^A question, and nothing is trained: which words you write/);
  await learning
    .locator('div')
    .filter({ has: question })
    .locator('ol.steps > li:nth-child(4):last-child')
    .waitFor({ state: 'attached' });
  expect(await violations(page)).toEqual([]);
  await page.screenshot({ path: `${artifacts}keyboard-question-light-1280.png`, fullPage: true });
  expect((await asked).map(({ outcome, tally: { accepted } }) => [outcome, accepted])).toEqual(
    Array.from({ length: 5 }, () => ['published', cohort]),
  );
  // It counts, and others say which buckets are full.
  await expect.poll(() => learning.getByText(/your answer is in the sum/).count()).toBe(3);
  const sent = panel('What left this device');
  const table = await sent.getByRole('table').textContent();
  expect(table).toMatch(/Answer: counts of what was asked\s*masked/);
  expect(table).not.toContain('Update: what was learned');
  // Nothing is compared with what an update would look like: there was none.
  expect(await sent.getByText('How it looks').count()).toBe(0);

  // The version of one round reaches devices with the plan of the next, and half of them are in each.
  const trained = rounds(2, false);
  await coordinator.control.unpause(keyboard);
  const [{ model }] = (await trained) as [RoundRecord];
  const { ngramCounts } = await (await fetch(`${coordinator.url}/v1/models/${model}/model.json`)).json();
  await expect.poll(() => got.some(url => url.endsWith(ngramCounts.path))).toBe(true);
  await learning
    .getByText(/your part is in the sum/)
    .first()
    .waitFor();
  await coordinator.control.pause(keyboard);
  await sent.getByText('How it looks').waitFor();
  const models = panel('Whose suggestions');
  await expect.poll(() => models.textContent()).toMatch(/In the blend|The blend is/);
  await field.pressSequentially('see you at ');
  const suggestions = page.getByRole('group', { name: 'Suggestions', exact: true });
  await expect.poll(() => suggestions.textContent()).toMatch(/\w/);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 360, height: 780 });
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.screenshot({ path: `${artifacts}keyboard-answered-dark-360.png`, fullPage: true });
  expect(problems).toEqual([]);
}, 240_000);
