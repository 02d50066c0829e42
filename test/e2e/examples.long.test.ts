// @module-tag chromium
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FederatedClient } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import line from '../../examples/line.task.js';
import { bundleSdk } from '../../scripts/bundle.mjs';
import { sourceOptions } from '../../scripts/prepare.mjs';
import { chromiumOptions } from '../chromium.ts';
import { eventOf, lineOptions } from './line.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

let coordinator: Coordinator;
let pages: Server;
let third: FederatedClient;
let browser: Browser;
let node: ChildProcess;
const state = mkdtempSync(join(tmpdir(), 'murmuration-example-'));

/** Any web server: the examples, and the bundle beside them. */
function serve(bundle: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const file = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const path = file.startsWith('/sdk/') ? join(bundle, file.slice(5)) : join(root, 'examples', file);
    try {
      response
        .setHeader('content-type', types[extname(path)] ?? 'application/octet-stream')
        .end(readFileSync(path));
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  // In a folder of its own: another test looks at what the packages hold.
  pages = await serve(await bundleSdk(join(state, 'bundle')));
  browser = await chromium.launch(chromiumOptions);
});

afterAll(async () => {
  node?.kill();
  await browser?.close();
  await third?.stop();
  pages?.close();
  await coordinator?.endRounds();
  await coordinator?.stop();
  rmSync(state, { recursive: true, force: true });
});

it('the page and the process finish a masked round with a third device', async () => {
  const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  coordinator = await createCoordinator(
    parseConfig({ port: 0, openEnrolment: true, cors: [origin], log: 'silent' }),
    [line],
  );
  await coordinator.start();
  // On a busy machine a device may miss its deadline in the round before.
  const published = eventOf<[RoundRecord]>(
    coordinator.events,
    'round-ended',
    ({ outcome }) => outcome === 'published',
  );
  node = spawn(process.execPath, [...sourceOptions, join(root, 'examples/node/device.js')], {
    env: { ...process.env, COORDINATOR: coordinator.url, STATE: join(state, 'device') },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  third = new FederatedClient({ ...lineOptions(coordinator.url, 0), enrolment: 'anybody' });
  await third.start();
  const errors: Error[] = [];
  const page = await browser.newPage();
  page.on('pageerror', error => errors.push(error));
  await page.goto(`${origin}/script-tag/?coordinator=${encodeURIComponent(coordinator.url)}`);
  const [record] = await published;
  expect(errors).toEqual([]);
  expect(record).toMatchObject({ tally: { cohort: 3, accepted: 3, lost: 0 } });
});
