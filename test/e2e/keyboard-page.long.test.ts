// @module-tag chromium
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { Phones } from '@murmuration/demo/phones/phones';
import { Visitors } from '@murmuration/demo/visitors/visitors';
import { smallModel } from '@murmuration/demo-keyboard-app/task/model';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { cohortSizeOf } from '@murmuration/rounds/task/task';
import { lossesIn } from '@murmuration/simulations/behaviour/losses';
import { smsText } from '@murmuration/simulations/data/sms';
import { keyboardPage } from '@murmuration/simulations/pages/built-page';
import { fewestExamples, keyboardTask } from '@murmuration/studies/keyboard/task';
import { heldOutText } from '@murmuration/studies/keyboard/text';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { violations } from './accessibility.ts';

const artifacts = fileURLToPath(new URL('../artifacts/', import.meta.url));
const [phonesToken, pageToken] = ['a token of the phones', 'a token of the page'];
const goal = 6;
/** Together with one page as many as a masked round keeps. */
const phoneCount = 6;

let coordinator: Coordinator;
let phones: Phones;
let visitors: Visitors;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let problems: string[];

beforeAll(async () => {
  await mkdir(artifacts, { recursive: true });
  const text = smsText();
  const heldOut = heldOutText(text, smallModel.vocabulary);
  const task = keyboardTask({
    cohort: goal,
    devices: 280,
    // Asks as many as there are: with more, each round would wait for them until its deadline.
    overSelection: (phoneCount + 1) / goal,
    seed: 1,
    masking: 'on',
    graph: 'sparse',
    lose: 0,
    heldOut: { ...heldOut, messages: heldOut.messages.slice(0, 200) },
  });
  const { folder } = await keyboardPage(() => {});
  coordinator = await createCoordinator(
    parseConfig({
      port: 0,
      log: 'error',
      enrolmentTokens: [phonesToken, pageToken],
      apps: {
        '/keyboard/': {
          folder,
          documents: {
            'setup.json': {
              words: heldOut.words,
              enrolment: pageToken,
              leastSentences: fewestExamples,
              secondsPerRound: 10,
            },
          },
        },
      },
    }),
    [{ ...task, deadlines: { ...task.deadlines, gathering: 5_000 } }],
    { clock: systemClock, random: systemRandom },
  );
  visitors = new Visitors(coordinator.events);
  phones = new Phones({
    enrolmentToken: phonesToken,
    seed: 1,
    kept: null,
    engine: 'auto',
    losses: lossesIn('updates', 0),
    phones: text.phones
      .slice(0, phoneCount)
      .map(({ train: messages }, number) => ({ number, messages: messages.slice(0, 20) })),
  });
  await phones.learn({
    url: coordinator.url,
    plan: { training: task.training, update: task.update, largestCohort: cohortSizeOf(task) },
    words: heldOut.words,
  });
  await coordinator.start();
  browser = await chromium.launch(chromiumOptions);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await phones?.stop();
  await coordinator?.stop();
});

beforeEach(async () => {
  problems = [];
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  page = await openPage();
});

afterEach(async () => {
  await context.close();
});

/** A page of the context, at the keyboard, which is ready. */
async function openPage(): Promise<Page> {
  const opened = await context.newPage();
  opened.setDefaultTimeout(60_000);
  opened.on('pageerror', error => problems.push(error.message));
  opened.on('console', message => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await opened.goto(`${coordinator.url}/keyboard/`);
  await field(opened).waitFor();
  return opened;
}

const field = (of = page) => of.getByRole('textbox', { name: 'Message' });
const suggestions = () => page.getByRole('group', { name: 'Suggestions', exact: true });
const connection = (of: Page, state: string) =>
  of.getByRole('status').getByText(state, { exact: true }).waitFor();
const panel = (name: string) => page.getByRole('region', { name });

async function write(...sentences: string[]): Promise<void> {
  for (const sentence of sentences) {
    await field().fill(sentence);
    await field().press('Enter');
  }
}

const sentences = [
  'I see you',
  'I see no one',
  'you see me',
  'I will go home now',
  'see you there',
  'I will see',
];

/** Waits until a round in which this page's update counts is over. */
async function takePart(): Promise<void> {
  await page.getByRole('button', { name: 'Help teach the shared model' }).first().click();
  await write(...sentences);
  await panel('Learning together')
    .getByText(/your part is in the sum/)
    .first()
    .waitFor({ timeout: 150_000 });
}

const shot = (name: string) => page.screenshot({ path: `${artifacts}keyboard-${name}.png`, fullPage: true });

describe('the keyboard page', () => {
  it('suggests words while one types, inserts them by Tab, by a tap and by keys, and never traps the focus', async () => {
    await write(...sentences);
    await field().pressSequentially('I ');
    const [first, second] = [
      suggestions().getByRole('button').nth(0),
      suggestions().getByRole('button').nth(1),
    ];
    await expect.poll(() => first.textContent()).toMatch(/\w/);
    await field().press('Tab');
    await expect.poll(() => field().inputValue()).toMatch(/^I \S+ $/);
    await expect.poll(() => second.isEnabled()).toBe(true);
    await second.click();
    await expect.poll(() => field().inputValue()).toMatch(/^I \S+ \S+ $/);
    expect(await field().evaluate(element => element === document.activeElement)).toBe(true);
    await expect.poll(() => first.isEnabled()).toBe(true);
    await field().press('Alt+1');
    await expect.poll(() => field().inputValue()).toMatch(/^I \S+ \S+ \S+ $/);
    await field().press('Escape');
    await field().press('Tab');
    expect(await field().evaluate(element => element === document.activeElement)).toBe(false);
    expect(problems).toEqual([]);
  });

  it.each([
    [360, 740],
    [360, 640],
  ])('shows its first words and what to press on a screen of %i by %i', async (width, height) => {
    await page.setViewportSize({ width, height });
    const empty = page.locator('.conversation.empty');
    const [outer, heading, button] = await Promise.all(
      [empty, empty.getByRole('heading'), empty.getByRole('button')].map(each => each.boundingBox()),
    );
    expect(heading!.y).toBeGreaterThanOrEqual(outer!.y);
    expect(button!.y + button!.height).toBeLessThanOrEqual(outer!.y + outer!.height);
  });

  it('writes by the keys on the screen, with a finger and with the arrows', async () => {
    const keyboard = page.getByRole('group', { name: /On-screen keyboard/ });
    for (const key of ['H', 'e', 'y', 'Space'])
      await keyboard.getByRole('button', { name: key, exact: true }).click();
    await keyboard.getByRole('button', { name: 'Shift' }).click();
    await keyboard.getByRole('button', { name: 'U', exact: true }).click();
    await expect.poll(() => field().inputValue()).toBe('Hey U');
    await keyboard.getByRole('button', { name: 'q', exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => field().inputValue()).toBe('Hey Uw');
    await keyboard.getByRole('button', { name: 'Delete' }).click();
    await keyboard.getByRole('button', { name: 'Send' }).click();
    expect(await page.getByRole('list', { name: 'What you wrote' }).textContent()).toContain('Hey U');
  });

  it('types for whoever does not want to, visibly, until it is stopped', async () => {
    await page.getByRole('button', { name: 'Type for me' }).click();
    await page.getByRole('list', { name: 'What you wrote' }).getByText('Netherfield').waitFor();
    await page.getByRole('button', { name: 'Stop typing' }).click();
    await page.getByRole('button', { name: 'Type for me' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('sends nothing before its person has agreed, and takes part in a masked round with phones of Node after that', async () => {
    await panel('Learning together')
      .getByText('which names no authors: a phone is a cut of a file, not a person.')
      .waitFor();
    await write(...sentences);
    expect(await panel('What left this device').textContent()).toContain('Nothing yet.');
    expect(visitors.present).toBe(0);
    await takePart();
    await shot('light-wide');
    const sent = panel('What left this device');
    expect(await sent.getByRole('table').textContent()).toMatch(/Update: what was learned\s*masked/);
    expect(await sent.getByRole('img', { name: /even grey noise/ }).isVisible()).toBe(true);
    expect(await sent.getByRole('img', { name: /bands on an even ground/ }).isVisible()).toBe(true);
    const bits = /Noise: (\d\.\d) of 8 bits/.exec((await sent.textContent()) ?? '');
    expect(Number(bits?.[1])).toBeGreaterThan(7.5);
    expect(problems).toEqual([]);
  }, 240_000);

  it('goes on with suggestions and with the sentence while a new version arrives', async () => {
    await takePart();
    const received = async (): Promise<number> => {
      const text = await panel('Learning together').textContent();
      return Number(/(\d+) models? received/.exec(text ?? '')?.[1] ?? 0);
    };
    const before = await received();
    await field().pressSequentially('I ');
    let typed = 'I ';
    while ((await received()) === before) {
      if (typed.length > 60) {
        await field().press('Enter');
        expect(problems).toEqual([]);
        expect(await field().inputValue()).toBe('');
        typed = '';
      }
      await field().pressSequentially('see ');
      typed += 'see ';
      await expect.poll(() => suggestions().textContent()).toMatch(/\w/);
    }
    await field().pressSequentially('you');
    expect(await field().inputValue()).toBe(`${typed}you`);
    await expect.poll(() => suggestions().textContent()).toMatch(/\w/);
    expect(problems).toEqual([]);
  }, 240_000);

  it('compares the models on what was written, and lets one choose whose suggestions are shown', async () => {
    await write(...sentences, 'I see you', 'I will go home now');
    const models = panel('Whose suggestions');
    await models.getByText(/Measured on \d+ words/).waitFor();
    const row = models.getByRole('row', { name: /Yours/ });
    await expect.poll(() => row.textContent()).toMatch(/[1-9]\d? %/);
    await models.getByRole('radio', { name: 'Yours' }).check();
    await field().pressSequentially('I ');
    await expect.poll(() => suggestions().textContent()).toMatch(/see|will/);
  });

  it('clears all data once that is confirmed', async () => {
    await write(...sentences);
    await page.getByRole('button', { name: 'Clear all data' }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(await page.getByRole('list', { name: 'What you wrote' }).isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Clear all data' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Clear all data' }).click();
    await page.getByText('All data of this page is cleared.').waitFor();
    await page.reload();
    await field().waitFor();
    expect(await page.getByText('Write. It learns.').isVisible()).toBe(true);
    expect(await panel('Whose suggestions').textContent()).toContain('Write a few words');
  });

  it('keeps what was written, and opens without a network', async () => {
    await write(...sentences);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await context.setOffline(true);
    await page.reload();
    await page.getByRole('list', { name: 'What you wrote' }).getByText('I see no one').waitFor();
    await field().pressSequentially('I ');
    await expect.poll(() => suggestions().textContent()).toMatch(/\w/);
    await shot('offline');
    await context.setOffline(false);
  });

  it('stands by while another tab takes part, and goes on in its place', async () => {
    await page.getByRole('button', { name: 'Help teach the shared model' }).first().click();
    await write(...sentences);
    await connection(page, 'Connected');
    const second = await openPage();
    await connection(second, 'Standing by');
    await page.close();
    await connection(second, 'Connected');
    page = second;
  });

  it.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)(
    'has nothing that axe-core finds fault with, in each of its states (%s, %i px)',
    async (colorScheme, width) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 780 });
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `${artifacts}keyboard-empty-${colorScheme}-${width}.png` });
      await write(...sentences);
      await field().fill('I wi');
      await page.getByRole('button', { name: 'Shift' }).click();
      await page.getByText(/Measured on/).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: '123' }).click();
      await page.getByRole('button', { name: 'Clear all data' }).click();
      expect(await violations(page)).toEqual([]);
      await page.screenshot({ path: `${artifacts}keyboard-dialog-${colorScheme}-${width}.png` });
      await page.getByRole('button', { name: 'Keep it' }).click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    },
  );
});
