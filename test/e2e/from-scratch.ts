import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { codeBlocks, readDocuments, root } from '../docs/documents.ts';
import { freePort } from '../free-port.ts';
import type { Reader } from './reader.ts';

const guide = readDocuments().get('docs/guides/your-first-task.md')!;
/** Commands that the reader types after packing, in order; the first one is for the checkout. */
const [begin, install, dev, serve, ...others] = codeBlocks(guide)
  .filter(({ language, code }) => language === 'sh' && !code.startsWith('npm run '))
  .map(({ code }) => code.trim());

/** The walk of docs/guides/your-first-task.md, by a reader who has packed the packages. */
export function walkFromScratch(whose: () => Reader): void {
  let reader: Reader;
  let browser: Browser;

  beforeAll(async () => {
    reader = whose();
    browser = await chromium.launch(chromiumOptions);
  });

  afterAll(() => browser?.close());

  it('leads from packed packages to a model that learns in a page and on two Node processes', async () => {
    expect(await reader.run(begin!, root)).toContain(`Made ${reader.home}/rent.`);
    await reader.run(install!, reader.home);
    expect(await reader.run('npm test')).toMatch(/pass 1\b/);
    expect(await reader.run(`${dev} --port 0 --rounds 1`)).toMatch(/Round 1: [23] of 3 devices .* loss /);
    // The machine of a test has other ports than that of a reader.
    const [port, pagePort] = [await freePort(), await freePort()];
    const [page, url] = [`http://localhost:${pagePort}`, `http://127.0.0.1:${port}`];
    const configured = reader.read('coordinator.json').replace('http://localhost:5173', page);
    reader.write('coordinator.json', configured.replace('{', `{ "port": ${port},`));
    reader.write('app.js', reader.read('app.js').replace('http://127.0.0.1:8800', url));

    const coordinator = reader.start(serve!);
    await expect.poll(coordinator).toContain('The coordinator listens');
    const [first, second, vite, ...more] = others;
    expect(more).toEqual([]);
    const devices = [first!, second!].map(command => reader.start(command));
    const served = reader.start(`${vite} --strictPort --port ${pagePort}`);
    await expect.poll(served).toContain('ready in');
    const tab = await browser.newPage();
    await tab.goto(page);

    const versions = async () => {
      const response = await fetch(`${url}/v1/tasks/rent/models`);
      return ((await response.json()) as { models: { metrics: { loss: number } | null }[] }).models;
    };
    // Of rounds that want three devices, where there are three: each has a part in every version but the first.
    await expect.poll(async () => (await versions()).length).toBeGreaterThan(8);
    for (const device of devices) expect(device()).toMatch(/round \d+: counted/);
    expect(await tab.textContent('output')).toMatch(/^round \d+: /);

    const losses = (await versions()).flatMap(({ metrics }) => (metrics ? [metrics.loss] : []));
    expect(losses[0]!, losses.join(' ')).toBeLessThan(0.9 * losses.at(-1)!);
    expect(await reader.run(`npx murmuration models --url ${url}`)).toContain('rent');
  });
}
