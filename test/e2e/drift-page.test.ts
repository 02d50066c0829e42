// @module-tag chromium
import { addAccuracy, asked, judged } from '@murmuration/monitoring/accuracy/accuracy-sums';
import { driftPage } from '@murmuration/monitoring/page/drift-page';
import { driftReport } from '@murmuration/monitoring/report/drift-report';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { violations } from './accessibility.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch(chromiumOptions);
});
afterAll(() => browser?.close());

const sums = addAccuracy(asked(4), judged({ kind: 'class', guesses: ['a'], outcome: 'a' }));
const numbers = Array.from({ length: 60 }, (_, at) => Math.sin(at));
const html = driftPage(
  driftReport(
    [
      { name: 'age', reference: numbers, current: numbers.map(value => value + 3) },
      { name: 'a-name-without-any-break'.repeat(5), reference: ['a', 'b'], current: ['a', 'c'.repeat(90)] },
      { name: 'gone', reference: [1, 2], current: [] },
    ],
    {
      at: 2_500,
      correction: 'bonferroni',
      performance: [0, 1_000, 2_000].map(from => ({ from, to: from + 1_000, sums })),
    },
  ),
);

it.each([
  [1_200, 'light'],
  [360, 'dark'],
] as const)(
  'a drift report %i pixels wide, %s, is accessible, in its colours, and no wider',
  async (width, look) => {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: look });
    const problems: string[] = [];
    page.on('console', message => problems.push(message.text()));
    page.on('pageerror', error => problems.push(error.message));
    await page.setContent(html);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(look === 'light' ? 'rgb(243, 240, 238)' : 'rgb(19, 19, 29)');
    expect(await violations(page)).toEqual([]);

    // A finding leads to its window on the curve, the curve to the row, and each shows where it leads.
    const lookOf = (what: string, property: 'strokeWidth' | 'backgroundColor') =>
      page.locator(what).evaluate((each, name) => getComputedStyle(each)[name], property);
    const plain = await lookOf('tr:has(#row-2) td >> nth=0', 'backgroundColor');
    await page.locator('#found a').first().click();
    expect(await lookOf('#window-2 circle', 'strokeWidth')).toBe('5px');
    await page.locator('#window-2').focus();
    await page.keyboard.press('Enter');
    expect(await lookOf('tr:has(#row-2) td >> nth=0', 'backgroundColor')).not.toBe(plain);
    expect(await lookOf('#window-1 circle', 'strokeWidth')).not.toBe('5px');
    expect(problems).toEqual([]);
    await page.close();
  },
);
