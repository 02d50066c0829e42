// @module-tag chromium
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

const numbers = Array.from({ length: 60 }, (_, at) => Math.sin(at));
const html = driftPage(
  driftReport(
    [
      { name: 'age', reference: numbers, current: numbers.map(value => value + 3) },
      { name: 'a-name-without-any-break'.repeat(5), reference: ['a', 'b'], current: ['a', 'c'.repeat(90)] },
      { name: 'gone', reference: [1, 2], current: [] },
    ],
    { at: 0, correction: 'bonferroni' },
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
    expect(problems).toEqual([]);
    await page.close();
  },
);
