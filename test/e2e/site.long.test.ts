// @module-tag chromium
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { root } from '../docs/documents.ts';
import { found, queries, searchOver } from '../docs/queries.ts';
import { violations } from './accessibility.ts';

const site = join(root, 'docs/.vitepress/dist');
const chunks = join(site, 'assets/chunks');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

let server: Server;
let browser: Browser;
beforeAll(async () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const path = join(site, decodeURIComponent(pathname));
    const file = [path, `${path}.html`, join(path, 'index.html')].find(each =>
      statSync(each, { throwIfNoEntry: false })?.isFile(),
    );
    if (file === undefined) return void response.writeHead(404).end();
    response
      .writeHead(200, {
        'content-type': types[extname(file)] ?? 'application/octet-stream',
        // Nothing of the site evaluates a text.
        'content-security-policy': "default-src 'self' 'unsafe-inline' data:",
      })
      .end(readFileSync(file));
  }).listen(0, '127.0.0.1');
  browser = await chromium.launch(chromiumOptions);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

interface Look {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}
const looks: readonly Look[] = [
  { width: 1_280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
];

async function open(path: string, { width, colorScheme }: Look): Promise<{ page: Page; problems: string[] }> {
  const { port } = server.address() as AddressInfo;
  const viewport = { width, height: 900 };
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(`http://127.0.0.1:${port}${path}`, { waitUntil: 'networkidle' });
  return { page, problems };
}

describe('the search of the built site', () => {
  it('finds what it must over the index that pages load', async () => {
    const name = readdirSync(chunks).find(file => file.startsWith('@localSearchIndexroot'))!;
    const { default: json } = (await import(pathToFileURL(join(chunks, name)).href)) as { default: string };
    const index = searchOver(json);
    expect(queries.map(([query]) => [query, found(index, query)[0]])).toEqual(queries);
    expect(found(index, 'PlatformClient')).toContainEqual(expect.stringMatching('/reference/api/'));
  });

  it.each(looks)('opens the first hit in a browser: %o', async look => {
    const { page, problems } = await open('/', look);
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('searchbox').fill('pytorch');
    const first = page.getByRole('option').first();
    await first.getByText('PyTorch weights in').waitFor();
    await first.click();
    await page.waitForURL('**/guides/python#pytorch-weights-in');
    await page.getByRole('heading', { name: 'PyTorch weights in' }).waitFor();
    expect(problems).toEqual([]);
  });
});

describe('the pages of the built site', () => {
  it.each(looks)('begin with a picture of each part of the product: %o', async look => {
    const { page, problems } = await open('/', look);
    const parts = page.locator('.parts > section');
    expect(await parts.getByRole('heading').allInnerTexts()).toEqual(
      ['Train', 'Serve', 'Watch', 'Retrain'].map(part => expect.stringContaining(part)),
    );
    for (const part of await parts.all()) {
      expect(await part.locator('a[href^="/guides/"]').count()).toBeGreaterThan(0);
      const picture = part.getByRole('img');
      await picture.scrollIntoViewIfNeeded();
      await expect
        .poll(() => picture.evaluate(img => (img as HTMLImageElement).naturalWidth))
        .toBeGreaterThan(0);
    }
    const { scrollWidth } = await page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
    }));
    expect(scrollWidth).toBeLessThanOrEqual(look.width);
    await page.screenshot({
      path: join(root, `test/artifacts/site-${look.colorScheme}.png`),
      fullPage: true,
    });
    expect(problems).toEqual([]);
  });

  const pages = [
    '/',
    '/guides/python',
    '/guides/experiments',
    '/glossary',
    '/reference/task',
    '/reference/api/client/client/classes/PlatformClient',
  ];
  it.each(pages.flatMap(path => looks.map(look => ({ path, ...look }))))(
    'are accessible: $path, $colorScheme, $width wide',
    async ({ path, ...look }) => {
      const { page } = await open(path, look);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      expect(await violations(page)).toEqual([]);
    },
  );
});
