import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumOptions } from '../chromium.ts';
import { codeBlocks, readDocuments, root } from '../docs/documents.ts';
import { freePort } from '../free-port.ts';
import { libraries, PackedApp } from './packed-app.ts';

const guide = [...readDocuments()].find(([path]) => path === 'docs/guides/from-scratch.md')![1];
const files = codeBlocks(guide).filter(({ file }) => file);

/**
 * The walk of docs/guides/from-scratch.md, by a reader who has nothing but the packages, which lie packed in a folder.
 */
export function walkFromScratch(packs: () => string): void {
  let app: PackedApp;
  let vite: ViteDevServer;
  let browser: Browser;
  const running: ChildProcess[] = [];

  /** Runs a program of the app; what it has printed so far. */
  function start(...args: string[]): () => string {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = spawn(process.execPath, args, { cwd: app.folder, env });
    running.push(child);
    let printed = '';
    child.stdout.on('data', chunk => (printed += chunk));
    child.stderr.on('data', chunk => (printed += chunk));
    return () => printed;
  }

  beforeAll(async () => {
    app = new PackedApp([...libraries, 'cli'], packs());
    browser = await chromium.launch(chromiumOptions);
  });

  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await browser?.close();
    await vite?.close();
    app?.remove();
  });

  it('takes fewer than 60 lines', () => {
    const lines = files.flatMap(({ code }) => code.split('\n').filter(line => line.trim() !== ''));
    expect(lines.length).toBeGreaterThan(30);
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  it('leads from packed packages to a model that learns in a page and on two Node processes', async () => {
    for (const { file, code } of files) app.write(file!, code);
    const [copy] = /^mkdir public && cp .+$/m.exec(guide)!;
    const { status, stderr } = spawnSync('sh', ['-c', copy], { cwd: app.folder, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    vite = await createServer({
      configFile: false,
      root: app.folder,
      logLevel: 'silent',
      server: { port: 0, host: '127.0.0.1', hmr: false, fs: { allow: [root, app.folder] } },
      worker: { format: 'es' },
    });
    await vite.listen();
    const page = `http://127.0.0.1:${(vite.httpServer!.address() as AddressInfo).port}`;
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    // The machine of a test has other ports than that of a reader.
    app.write(
      'coordinator.json',
      app.read('coordinator.json').replace('http://localhost:5173', page).replace('{', `{ "port": ${port},`),
    );
    app.write('app.js', app.read('app.js').replace('http://127.0.0.1:8800', url));

    const coordinator = start(
      'node_modules/@murmuration/cli/bin/murmuration.mjs',
      'serve',
      'rent.task.js',
      '--config',
      'coordinator.json',
    );
    await expect.poll(coordinator).toContain('The coordinator listens');
    const devices = ['./device-1', './device-2'].map(folder => start('device.js', folder));
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
