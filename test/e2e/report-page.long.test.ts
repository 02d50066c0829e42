// @module-tag chromium
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openFederation } from '@murmuration/simulations/federation/federation';
import { maskingInForce } from '@murmuration/simulations/federation/masking-in-force';
import { compareRuns } from '@murmuration/simulations/report/comparison/compare';
import { LiveReport } from '@murmuration/simulations/report/live-report';
import { Recorder } from '@murmuration/simulations/report/recorder';
import type { RunEvent } from '@murmuration/simulations/run-events/run-event';
import { integer, logUniform, oneOf } from '@murmuration/simulations/space';
import { readSpace } from '@murmuration/simulations/spaces/space';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { findingsOf } from '@murmuration/tuning/tuning/findings';
import { writeTuneReport } from '@murmuration/tuning/tuning/page/write-report';
import { tune } from '@murmuration/tuning/tuning/tune';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { hurriedClock } from '../hurried-clock.ts';
import { begun, ended, roundOf } from '../unit/simulations/simulator/report/events.ts';
import { violations } from './accessibility.ts';

const artifacts = fileURLToPath(new URL('../artifacts/', import.meta.url));
const hostile = '</script><script>document.title = "taken"</script><img src="http://127.0.0.1:9/x">';

let folder: string;
let browser: Browser;
beforeAll(async () => {
  await mkdir(artifacts, { recursive: true });
  folder = await mkdtemp(join(tmpdir(), 'murmuration-report-'));
  browser = await chromium.launch(chromiumOptions);
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

async function reportOf(events: readonly RunEvent[]): Promise<string> {
  const recorder = new Recorder(folder);
  for (const event of events) recorder.take(event);
  return recorder.finish();
}

/** Whatever went wrong, and whatever was asked of anybody but the file itself. */
async function open(path: string, width = 1_440): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  const address = pathToFileURL(path).href;
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('request', request => {
    if (request.url() !== address && !request.url().startsWith('data:')) problems.push(request.url());
  });
  await page.goto(address);
  return { page, problems };
}

/** Number of plots that the reader sees. */
const shownPlots = (page: Page) => page.locator('.plot:visible').count();

/** A run with everything that a page can show, and with texts that try to be more than texts. */
const wholeRun: RunEvent[] = [
  { ...begun, shows: hostile, settings: { ...begun.settings, data: { [hostile]: hostile } } },
  ...Array.from({ length: 30 }, (_, i) =>
    roundOf(
      i + 1,
      i === 10
        ? {
            outcome: 'failed',
            failure: { during: 'updates', reason: hostile },
            metrics: null,
            training: null,
          }
        : {},
    ),
  ),
  {
    type: 'clients-compared',
    round: 30,
    metric: 'accuracy',
    client: Array.from({ length: 20 }, (_, i) => i),
    before: { model: 'global', values: Array.from({ length: 20 }, (_, i) => 0.4 + i / 100) },
    after: { model: hostile, values: Array.from({ length: 20 }, (_, i) => 0.38 + i / 80) },
  },
  ended,
];

/** The events of a small federation, as its rounds were. */
async function realRun(): Promise<RunEvent[]> {
  const settings = clusters.schema.parse({
    ...clusters.defaults,
    data: { clients: 30, perClient: 20, heldOut: 200 },
    cohort: { goal: 8 },
    masking: { enabled: true },
  });
  const federation = await openFederation(clusters as never, settings, await clusters.data(settings), {
    workers: 2,
  });
  try {
    const rounds: RunEvent[] = [];
    for (let i = 0; i < 4; i++) rounds.push(await federation.next());
    const model = await federation.task.model();
    const { name, shows, metrics } = clusters;
    const privacy = { masking: maskingInForce(federation.task, model.countParams()) };
    model.dispose();
    return [
      {
        ...begun,
        scenario: name,
        shows,
        metrics,
        settings: settings as never,
        clients: 30,
        published: [],
        privacy,
      },
      ...rounds,
      { ...ended, weightsSha256: await federation.weightsHash() },
    ];
  } finally {
    await federation.close();
  }
}

describe('the page of a run', () => {
  it('opens from a file without a request or an error, draws every chart, and keeps texts texts', async () => {
    const { page, problems } = await open(await reportOf(wholeRun));
    const places = page.locator('[data-chart]');
    expect(await places.count()).toBe(7);
    expect(await shownPlots(page)).toBe(7);
    expect(await page.title()).toBe('digits, seed 7');
    expect(await page.locator('.tiles > div', { hasText: /^energy of a part/ }).textContent()).toMatch(
      /1\.5 J.*estimate.*44\.9 kB up, 85\.1 kB down, 600 ms of work/,
    );
    expect(await page.getByText(hostile).count()).toBeGreaterThanOrEqual(4);
    // No chart is blank: each has a line or bars with an extent.
    const blank = await page.evaluate(
      () =>
        [...document.querySelectorAll('.over-round')].filter(
          view =>
            ![...view.querySelectorAll<SVGGraphicsElement>('path, rect')].some(mark => {
              const { width, height } = mark.getBBox();
              return width > 0 && height > 0;
            }),
        ).length,
    );
    expect(blank).toBe(0);
    expect(problems).toEqual([]);
  });

  it('shows a federation as its rounds were', async () => {
    const events = await realRun();
    const { page, problems } = await open(await reportOf(events));
    await page.screenshot({ path: `${artifacts}report-real-1440.png`, fullPage: true });
    const rounds = events.filter(event => event.type === 'round-ended');
    const last = rounds.at(-1)!.metrics!.accuracy!;
    const tile = page.locator('.tiles > div', { hasText: /^accuracy/ });
    expect(await tile.textContent()).toContain(`${(100 * last).toFixed(1)} %`);
    const counted = rounds.reduce((sum, { tally }) => sum + tally.accepted, 0);
    expect(await page.locator('#cohort').textContent()).toContain(`the updates of ${counted} counted`);
    expect(await page.getByRole('row', { name: /^threshold/ }).count()).toBe(1);
    expect(await shownPlots(page)).toBe(await page.locator('[data-chart]').count());
    expect(await violations(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('lays the same lines over traffic where the reader asks for that, by keys as well', async () => {
    const { page, problems } = await open(await reportOf(wholeRun));
    const chart = page.locator('[data-chart="held-out-1"]');
    const before = await chart.screenshot();
    await page.getByRole('radio', { name: 'rounds' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('radio', { name: 'traffic' }).isChecked()).toBe(true);
    expect((await chart.screenshot()).equals(before)).toBe(false);
    await page.mouse.move(0, 0);
    await chart.hover();
    expect(await chart.locator('.tip').textContent()).toMatch(/MBaccuracy \d/);
    expect(problems).toEqual([]);
  });

  it('marks the round of an event in all charts, and the event of a round, by pointer and keys', async () => {
    for (const width of [1_440, 390]) {
      const { page, problems } = await open(await reportOf(wholeRun), width);
      const event = page.getByRole('link', { name: '11', exact: true });
      const marks = page.locator('.mark:visible');
      const chart = page.getByRole('slider', { name: /Round in On held-out data/ });
      const row = page.locator('tr.chosen');
      expect(await marks.count()).toBe(0);
      await event.click();
      // Learning, cohorts, time and traffic; clients have no rounds.
      expect(await marks.count()).toBe(6);
      expect(await row.textContent()).toContain('failed during training and updates');
      const box = (await chart.boundingBox())!;
      expect(box.y + box.height).toBeGreaterThan(0);
      expect(box.y).toBeLessThan(900);
      expect(await chart.getAttribute('aria-valuetext')).toContain('round 11, failed during');
      const [mark, dot] = await Promise.all([
        chart.locator('.over-round .mark').boundingBox(),
        chart.locator('.over-round circle.event').boundingBox(),
      ]);
      expect(Math.abs(mark!.x + mark!.width / 2 - (dot!.x + dot!.width / 2))).toBeLessThan(1);

      await page.keyboard.press('Escape');
      expect(await marks.count()).toBe(0);
      await chart.focus();
      await page.keyboard.press('Home');
      await page.keyboard.press('PageUp');
      expect(await chart.getAttribute('aria-valuenow')).toBe('11');
      expect(await row.count()).toBe(1);
      expect(await chart.locator('.tip').textContent()).toContain('failed during');
      await page.keyboard.press('ArrowRight');
      expect(await row.count()).toBe(0);
      await event.focus();
      expect(await row.count()).toBe(1);
      await page.keyboard.press('Escape');

      const cohort = page.getByRole('slider', { name: 'Round in What became of each cohort' });
      const { width: wide, height } = (await cohort.locator('.plot').boundingBox())!;
      await cohort.locator('.plot').click({ position: { x: (10.5 / 30) * wide, y: height / 2 } });
      expect(await row.textContent()).toContain('failed during training and updates');
      expect(await event.getAttribute('aria-current')).toBe('true');
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await page.screenshot({ path: `${artifacts}report-chosen-${width}.png`, fullPage: true });
      expect(await violations(page)).toEqual([]);
      expect(problems).toEqual([]);
    }
  });

  it('has each figure as a file', async () => {
    const { page } = await open(await reportOf(wholeRun));
    const figures = await page.locator('figure').count();
    expect(figures).toBe(7);
    expect(await page.locator('figure a[download$=".csv"]').count()).toBe(figures);
  });

  it('tells each chart in words and in a table', async () => {
    const { page } = await open(await reportOf(wholeRun));
    const figure = page.getByRole('figure', { name: /On held-out data/ });
    expect(await figure.textContent()).toContain(
      'went from 10.0 % in round 1 to 97.0 % in round 30, its best',
    );
    await figure.locator('summary').click();
    const row = figure.getByRole('row', { name: /^30 / });
    expect(await row.textContent()).toContain('97.0 %');
    const downloading = page.waitForEvent('download');
    await figure.getByRole('link', { name: /CSV/ }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe('held-out-1.csv');
    const rows = (await readFile(await download.path(), 'utf8')).split('\r\n');
    expect(rows[0]).toBe('round,accuracy');
    expect(rows.at(-2)).toBe('30,0.97');
    const published = page.getByRole('row', { name: /McMahan/ });
    expect(await published.textContent()).toContain('87');
  });

  it.each([
    ['light', 1_440],
    ['dark', 390],
  ] as const)(
    'has nothing that axe-core finds fault with, and fits its window (%s, %i px)',
    async (colorScheme, width) => {
      for (const [name, events] of [
        ['run', wholeRun],
        ['empty', [{ ...begun, settings: {}, published: [], privacy: { masking: null } }]],
      ] as const) {
        const { page, problems } = await open(await reportOf(events), width);
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        expect(await shownPlots(page)).toBe(name === 'run' ? 7 : 0);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        await page.screenshot({
          path: `${artifacts}report-${name}-${colorScheme}-${width}.png`,
          fullPage: true,
        });
        for (const chart of await page.locator('[data-chart]').all()) {
          await chart.hover();
          const [tip, outer] = await Promise.all([chart.locator('.tip').boundingBox(), chart.boundingBox()]);
          expect(tip!.x).toBeGreaterThan(outer!.x - 0.5);
          expect(tip!.x + tip!.width).toBeLessThan(outer!.x + outer!.width + 0.5);
        }
        for (const summary of await page.locator('summary').all()) await summary.click();
        expect(await violations(page)).toEqual([]);
        expect(problems).toEqual([]);
      }
    },
  );

  it('stays small where a run has 5,000 rounds', async () => {
    const rounds = Array.from({ length: 5_000 }, (_, i) => roundOf(i + 1));
    const path = await reportOf([begun, ...rounds, ended]);
    const { page, problems } = await open(path);
    expect(await shownPlots(page)).toBe(6);
    expect((await page.content()).length).toBeLessThan(600_000);
    expect(problems).toEqual([]);
  });
});

describe('the page of a run under way', () => {
  it('renews itself where the reader is, and stays when the run has ended', async () => {
    const live = new LiveReport(hurriedClock(10));
    const address = await live.open();
    const [first, ...others] = wholeRun as [RunEvent, ...RunEvent[]];
    live.take(first);
    const context = await browser.newContext({ viewport: { width: 390, height: 900 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', error => problems.push(error.message));
    page.on('console', message => message.type() === 'error' && problems.push(message.text()));
    await page.goto(address);
    expect(await page.textContent('.ending')).toContain('0 rounds so far');
    const chart = page.getByRole('slider', { name: /Round in On held-out data/ });
    for (const event of others.slice(0, 15)) live.take(event);
    await expect.poll(() => page.textContent('.ending')).toContain('15 rounds so far');
    await page.getByRole('radio', { name: 'traffic' }).check();
    await page.getByText('On held-out data: values as a table').click();
    await page.getByRole('link', { name: '11', exact: true }).click();
    await chart.focus();
    const top = await page.evaluate(() => scrollY);
    expect(top).toBeGreaterThan(100);
    for (const event of others.slice(15, -1)) live.take(event);
    await expect.poll(() => page.textContent('.ending')).toContain('30 rounds so far');
    expect(await page.locator('tr.chosen').count()).toBe(1);
    expect(await page.locator('details[open]').count()).toBe(1);
    expect(await page.getByRole('radio', { name: 'traffic' }).isChecked()).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-chart'))).toBe('held-out-1');
    expect(await chart.getAttribute('aria-valuetext')).toContain('failed during');
    expect(Math.abs((await page.evaluate(() => scrollY)) - top)).toBeLessThan(2);
    expect(await violations(page)).toEqual([]);
    live.take(ended);
    await live.close();
    await expect.poll(() => page.textContent('.ending')).toContain('Finished');
    await page.keyboard.press('ArrowRight');
    expect(await chart.getAttribute('aria-valuenow')).toBe('12');
    expect(problems).toEqual([]);
  });

  it('says so where its program was killed', async () => {
    const live = new LiveReport(hurriedClock(10));
    live.take(begun);
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.route('**', async route => {
      if (route.request().resourceType() === 'document') await route.continue();
      else await route.abort();
    });
    await page.goto(await live.open());
    await expect.poll(() => page.textContent('.ending')).toContain('is gone');
    await live.close();
  });
});

describe('the page of a comparison', () => {
  const runWith = (seed: number, learningRate: number): RunEvent[] => [
    { ...begun, seed, settings: { ...begun.settings, plan: { learningRate, note: hostile } } },
    ...Array.from({ length: 12 }, (_, i) =>
      roundOf(i + 1, {
        metrics: { accuracy: 1 - (0.8 + seed / 50) / (1 + learningRate * i), loss: 2 / (i + seed) },
      }),
    ),
    ended,
  ];

  it.each([
    ['light', 390],
    ['dark', 1_440],
  ] as const)(
    'lays runs over one another, by their seeds, without a fault (%s, %i px)',
    async (colorScheme, width) => {
      const pages = [];
      for (const [seed, rate] of [
        [1, 0.1],
        [2, 0.1],
        [3, 0.1],
        [1, 0.5],
      ] as const)
        pages.push(await reportOf(runWith(seed, rate)));
      const path = join(folder, `comparison-${width}.html`);
      await compareRuns(pages.map(dirname), path);
      const { page, problems } = await open(path, width);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await shownPlots(page)).toBe(2);
      expect(await page.getByRole('row', { name: /^plan\.learningRate/ }).textContent()).toBe(
        'plan.learningRate0.10.5',
      );
      expect(await page.locator('header li').allTextContents()).toEqual([
        'A learningRate 0.1seeds 1, 2, 3',
        'B learningRate 0.5seed 1',
      ]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await page.screenshot({
        path: `${artifacts}report-comparison-${colorScheme}-${width}.png`,
        fullPage: true,
      });
      for (const summary of await page.locator('summary').all()) await summary.click();
      expect(await violations(page)).toEqual([]);
      expect(problems).toEqual([]);
    },
  );
});

describe('the page of a search', () => {
  it('draws what mattered and the curves, without a fault, in each look and width', async () => {
    const space = readSpace(
      {
        settings: {
          'plan.learningRate': logUniform(0.01, 1),
          model: oneOf({ hidden: 4 }, { hidden: integer(8, 16) }),
        },
        rounds: 2,
        eta: 2,
        trials: 4,
        leaders: 2,
        finals: 2,
        grid: 2,
        searches: 2,
      },
      'The space',
    );
    const state = join(folder, 'search');
    const tuned = await tune(clusters as never, space, {
      called: 'clusters',
      set: [
        { path: 'data.clients', value: 6 },
        { path: 'data.heldOut', value: 100 },
        { path: 'cohort.goal', value: 3 },
      ],
      seed: 1,
      state,
      workers: 0,
      signal: new AbortController().signal,
      progress: () => {},
    });
    const path = await writeTuneReport(state, { ...tuned, shows: hostile }, findingsOf(tuned, 1).figures);
    for (const [colorScheme, width] of [
      ['light', 1_440],
      ['dark', 390],
    ] as const) {
      const { page, problems } = await open(path, width);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // A chart for each of three dimensions, two of curves.
      expect(await shownPlots(page)).toBe(5);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await page.screenshot({
        path: `${artifacts}report-search-${colorScheme}-${width}.png`,
        fullPage: true,
      });
      for (const summary of await page.locator('summary').all()) await summary.click();
      expect(await violations(page)).toEqual([]);
      expect(await page.getByText(hostile).count()).toBe(1);
      const effect = page.locator('[data-chart="effect-1"]');
      await page.mouse.move(0, 0);
      await effect.hover();
      expect(await effect.locator('.tip').textContent()).toMatch(/expected \d/);
      expect(problems).toEqual([]);
    }
  });
});
