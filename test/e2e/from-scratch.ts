import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { codeBlocks, readDocuments } from '../docs/documents.ts';
import { freePort } from '../free-port.ts';
import type { Reader } from './reader.ts';

const guide = readDocuments().get('docs/guides/your-first-task.md')!;
const files = codeBlocks(guide).filter(({ file }) => file);
/** Commands that the reader types in a folder of their own, in order; `npm run` is for the checkout. */
const [install, serve, ...others] = codeBlocks(guide)
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

  it('takes fewer than 60 lines', () => {
    const lines = files.flatMap(({ code }) => code.split('\n').filter(line => line.trim() !== ''));
    expect(lines.length).toBeGreaterThan(30);
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  it('leads from packed packages to a model that learns in a page and on two Node processes', async () => {
    await reader.run(install!, reader.home);
    for (const { file, code } of files) reader.write(file!, code);
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
      return ((await response.json()) as { models: { model: string }[] }).models;
    };
    // Of rounds that want three devices, where there are three: each has a part in every version but the first.
    await expect.poll(async () => (await versions()).length).toBeGreaterThan(8);
    for (const device of devices) expect(device()).toMatch(/round \d+: counted/);
    expect(await tab.textContent('output')).toMatch(/^round \d+: /);

    const all = await versions();
    const errors = await Promise.all([all.at(-1)!, all[0]!].map(({ model }) => errorOf(url, model)));
    expect(errors[1]).toBeLessThan(errors[0]! / 2);
    expect(await reader.run(`npx murmuration status --url ${url}`)).toContain('rent');
  });
}

/** How far a version is from the rents of the guide, in thousands: the root of the mean square. */
async function errorOf(url: string, model: string): Promise<number> {
  const json = (await (await fetch(`${url}/v1/models/${model}/model.json`)).json()) as {
    weightsManifest: { paths: string[] }[];
  };
  const file = json.weightsManifest[0]!.paths[0]!;
  const [a, b, c] = new Float32Array(await (await fetch(`${url}/v1/models/${model}/${file}`)).arrayBuffer());
  const errors = [1, 2, 3, 4, 5].flatMap(rooms =>
    [20, 40, 60, 80, 100].map(
      size => (a! * rooms) / 5 + (b! * size) / 100 + c! - (50 * rooms + 9 * size) / 1_000,
    ),
  );
  return Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
}
