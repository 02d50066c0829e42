// @module-tag chromium
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import { type Browser, chromium } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { bundleOf } from '../../scripts/program.mjs';
import { chromiumOptions } from '../chromium.ts';
import { enrolmentToken, openCoordinator } from './line.ts';

const sdk = join(fileURLToPath(new URL('../../', import.meta.url)), 'client-sdk/src/browser.ts');

/** A service worker that takes part each time that it is woken, as background sync wakes one, and tells its page what became of it. */
const program = (url: string) => `
let sockets = 0;
globalThis.WebSocket = new Proxy(WebSocket, { construct(...args) { sockets += 1; return Reflect.construct(...args); } });
import { development, FederatedClient, memoryStorage } from ${JSON.stringify(sdk)};
const client = new FederatedClient({
  url: ${JSON.stringify(url)},
  tasks: { line: { examples: () => [1], trainer: {
    async train(model) { return { delta: new Float32Array(model.layout.count).fill(0.5), examples: 1, metrics: {} }; },
    async close() {},
  } } },
  storage: memoryStorage(), enrolment: ${JSON.stringify(enrolmentToken)}, consent: 'not-needed', cleartext: 'allowed',
  floors: development(),
});
addEventListener('install', () => skipWaiting());
addEventListener('activate', event => event.waitUntil(clients.claim()));
addEventListener('message', event => event.waitUntil(new Promise((resolve, reject) => {
  const tell = text => event.source.postMessage(text);
  client.on('error', error => tell(String(error)));
  client.on('round', async ({ phase }) => {
    if (phase !== 'ended') return;
    await client.stop();
    tell([sockets, 'XMLHttpRequest' in globalThis, 'window' in globalThis].join());
    resolve();
  });
  client.start().catch(reject);
})));`;

let browser: Browser | undefined;
let server: Server | undefined;
let coordinator: Coordinator | undefined;
afterEach(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  await coordinator?.stop();
});

it('HT7: takes part in a round from a service worker, which opens no socket and has neither a page nor import()', async () => {
  let script = '';
  server = createServer(({ url }, response) => {
    response.setHeader('content-type', url === '/worker.js' ? 'text/javascript' : 'text/html');
    response.end(url === '/worker.js' ? script : '<title>app</title>');
  });
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  coordinator = await openCoordinator(
    {
      cohort: { goal: 1, minimum: 1, overSelection: 1 },
      deadlines: { gathering: '1 h', updates: '1 h' },
      schedule: { every: '1 h' },
    },
    [origin],
  );
  const { output } = await (await bundleOf(program(coordinator.url))).generate({
    format: 'iife',
    codeSplitting: false,
  });
  ({ code: script } = output[0]);
  const ended = new Promise(resolve => coordinator!.events.on('round-ended', resolve));
  await coordinator.start();
  browser = await chromium.launch(chromiumOptions);
  const page = await browser.newPage();
  await page.goto(origin);
  const told = await page.evaluate(async () => {
    const { serviceWorker } = navigator;
    await serviceWorker.register('/worker.js');
    const { active } = await serviceWorker.ready;
    return new Promise<string>(resolve => {
      serviceWorker.onmessage = ({ data }) => resolve(data);
      active!.postMessage('sync');
    });
  });
  expect(told).toBe('0,false,false');
  expect(await ended).toMatchObject({ outcome: 'published', tally: { accepted: 1 } });
});
