// @module-tag chromium
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { begin } from '@murmuration/cli/commands/new';
import { type Browser, chromium } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { rootFolder, sourceOptions } from '../../scripts/prepare.mjs';
import { chromiumOptions } from '../chromium.ts';
import { freePort } from '../free-port.ts';
import { ProgramProcess } from './processes.ts';

const templates = readdirSync(join(rootFolder, 'coordinator/cli/templates')).filter(
  name => name !== 'common',
);

let folder: string;
let browser: Browser;
let vite: ViteDevServer;
const running: ProgramProcess[] = [];

/** Runs a program from the sources. */
function run(file: string, ...args: string[]): ProgramProcess {
  const program = new ProgramProcess([...sourceOptions, file, ...args]);
  running.push(program);
  return program;
}

/** Puts other words into a file of the folder. */
function change(file: string, from: string, to: string): void {
  const text = readFileSync(join(folder, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(folder, file), text.replace(from, to));
}

beforeAll(async () => {
  browser = await chromium.launch(chromiumOptions);
});
afterAll(() => browser?.close());
beforeEach(() => {
  // Where the packages of the checkout are found.
  const parent = join(rootFolder, 'test/artifacts');
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, 'new-'));
});
afterEach(async () => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
  await vite?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

it.each(templates)('the template %s is learned in a page and by two processes of Node', async template => {
  begin(template, folder);
  const [port, pagePort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  change('app.js', 'http://127.0.0.1:8800', url);
  change('coordinator.json', 'http://localhost:5173', `http://localhost:${pagePort}`);
  change('coordinator.json', '{', `{ "port": ${port}, "storage": ${JSON.stringify(join(folder, 'state'))},`);

  const config = join(folder, 'coordinator.json');
  const cli = join(rootFolder, 'coordinator/cli/src/cli.ts');
  await run(cli, 'serve', join(folder, 'task.js'), '--config', config).printed(/The coordinator listens/);
  const devices = [1, 2].map(number => run(join(folder, 'device.js'), join(folder, `device-${number}`)));
  vite = await createServer({
    configFile: join(folder, 'vite.config.js'),
    root: folder,
    cacheDir: join(folder, 'cache'),
    logLevel: 'silent',
    server: { port: pagePort, strictPort: true, hmr: false, fs: { allow: [rootFolder] } },
    resolve: { conditions: ['murmuration-source', 'module', 'browser', 'development|production'] },
  });
  await vite.listen();
  const page = await browser.newPage();
  const errors: Error[] = [];
  page.on('pageerror', error => errors.push(error));
  await page.goto(`http://localhost:${pagePort}`);

  const { name } = (await import(/* @vite-ignore */ join(folder, 'examples.js'))) as { name: string };
  const versions = async () => {
    const response = await fetch(`${url}/v1/tasks/${name}/models`);
    return ((await response.json()) as { models: { metrics: { loss: number } | null }[] }).models;
  };
  // A round wants three devices, and there are three.
  await expect.poll(async () => (await versions()).length).toBeGreaterThan(6);
  for (const device of devices) await device.printed(/round \d+: counted/);
  expect(await page.textContent('output')).toMatch(/^round \d+: /);
  expect(errors).toEqual([]);
  const losses = (await versions()).flatMap(({ metrics }) => (metrics ? [metrics.loss] : []));
  expect(losses[0]!, losses.join(' ')).toBeLessThan(0.9 * losses.at(-1)!);
  await page.close();
});
