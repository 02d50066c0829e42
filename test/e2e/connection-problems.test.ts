// @module-tag chromium
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../../scripts/program.mjs';
import { chromiumOptions } from '../chromium.ts';
import { freePort } from '../free-port.ts';
import { enrolmentToken, openCoordinator } from './line.ts';

const source = JSON.stringify(
  join(fileURLToPath(new URL('../../', import.meta.url)), 'client-sdk/src/browser.ts'),
);
/** What an app would show of its connection: the problem, once it is found, and its words. */
const program = `
import { FederatedClient, memoryStorage } from ${source};
globalThis.problemOf = url => new Promise(resolve => {
  const client = new FederatedClient({
    url, tasks: {}, storage: memoryStorage(), enrolment: ${JSON.stringify(enrolmentToken)}, consent: 'not-needed', cleartext: 'allowed',
  });
  client.on('connection', async state => {
    if (state.state !== 'connected' && !state.problem) return;
    await client.stop();
    resolve([state.problem ?? state.state, state.error?.detail ?? '']);
  });
  client.start();
});`;

const servers: Server[] = [];
let scripts: Map<string, string>;
let browser: Browser;
let coordinator: Coordinator;

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An app's origin, with this policy. */
const app = (policy?: string) =>
  serve(({ url = '/' }, response) => {
    const script = scripts.get(url.slice(1));
    if (policy) response.setHeader('content-security-policy', policy);
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? '<script type="module" src="/program.js"></script>');
  });

beforeAll(async () => {
  const { output } = await (await bundleOf(program)).generate({
    format: 'esm',
    entryFileNames: 'program.js',
  });
  scripts = new Map(output.flatMap(file => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])));
  browser = await chromium.launch(chromiumOptions);
});

afterAll(async () => {
  await browser?.close();
  await coordinator?.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function problemOf(
  page: Page,
  origin: string,
  url: string,
): Promise<[problem: string, detail: string]> {
  await page.goto(origin);
  await page.waitForFunction('globalThis.problemOf');
  return page.evaluate(`problemOf(${JSON.stringify(url)})`);
}

describe('a page that does not reach its coordinator', () => {
  it('is told what is in the way, as far as the browser lets it know', async () => {
    const listed = await app();
    coordinator = await openCoordinator({}, [listed]);
    const page = await browser.newPage();
    const { url } = coordinator;
    expect(await problemOf(page, listed, url)).toEqual(['connected', '']);

    const stranger = await serve((_, response) =>
      response.setHeader('access-control-allow-origin', '*').end('<html>Welcome</html>'),
    );
    expect((await problemOf(page, listed, stranger))[0]).toBe('another-server');

    const deaf = await serve((_, response) =>
      response.setHeader('access-control-allow-origin', '*').end('{"name":"murmuration"}'),
    );
    expect((await problemOf(page, listed, deaf))[0]).toBe('no-websocket');

    // Of an address that nobody has, and of one that gives no headers to a page of elsewhere.
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect((await problemOf(page, listed, nobody))[0]).toBe('unreachable');

    const closed = await serve((_, response) => response.end('{"name":"murmuration"}'));
    const [problem, detail] = await problemOf(page, listed, closed);
    expect(problem).toBe('cors');
    expect(detail).toContain(`Name ${listed} in the setting "cors"`);

    // A WebSocket opens for pages of any origin: a device of one that is not listed would get no model.
    const unlisted = await app();
    let [sockets, heard] = [0, ''];
    page.on('websocket', () => (sockets += 1));
    [heard] = await problemOf(page, unlisted, url);
    expect([heard, sockets]).toEqual(['cors', 0]);

    const strict = await app(`default-src 'self'`);
    expect((await problemOf(page, strict, nobody))[0]).toBe('csp');

    await page.goto(listed);
    await page.waitForFunction('globalThis.problemOf');
    await page.context().setOffline(true);
    expect(await page.evaluate(`problemOf(${JSON.stringify(url)})`)).toEqual([
      'offline',
      'This device has no network.',
    ]);
  });
});
