// @module-tag chromium
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addressType } from '@murmuration/protocol/messages/elsewhere';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleOf } from '../../scripts/program.mjs';
import { chromiumOptions } from '../chromium.ts';

const sdk = join(fileURLToPath(new URL('../../', import.meta.url)), 'client-sdk/src/browser.ts');
const clock = join(fileURLToPath(new URL('../../', import.meta.url)), 'protocol/src/time/system-clock.ts');
const program = `
import { bulkTransport } from ${JSON.stringify(sdk)};
import { systemClock } from ${JSON.stringify(clock)};
globalThis.download = async (url, path, limit, token) => {
  const { download } = bulkTransport(new URL(url), undefined, token, { clock: systemClock, mayFetch: () => true });
  return Array.from(await download(path, limit, new AbortController().signal));
};`;

const file = Uint8Array.from({ length: 1_000 }, (_, i) => i);
const path = `/v1/models/${'a'.repeat(64)}/${contentHash(file)}.bin`;

let browser: Browser;
let script: string;
const servers: Server[] = [];

beforeAll(async () => {
  const { output } = await (await bundleOf(program)).generate({ format: 'iife', codeSplitting: false });
  script = output[0].code;
  browser = await chromium.launch(chromiumOptions);
});
afterAll(() => browser?.close());
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A page that downloads a file from a coordinator of another origin, which names a bucket of a third; what each was asked, and shown. */
async function downloaded({
  cors = true,
  policy = '',
  token = undefined,
}: {
  readonly cors?: boolean;
  readonly policy?: string;
  readonly token?: string | undefined;
}) {
  const shown: IncomingMessage['headers'][] = [];
  const asked: string[] = [];
  const bucket = await listen((request, response) => {
    shown.push(request.headers);
    if (cors) response.setHeader('access-control-allow-origin', '*');
    response.setHeader('set-cookie', 'tracked=1').end(file);
  });
  const coordinator = await listen((request, response) => {
    const elsewhere = request.headers.accept?.includes(addressType) ?? false;
    asked.push(`${request.method} ${elsewhere ? 'elsewhere' : 'here'}`);
    response.setHeader('access-control-allow-origin', '*');
    if (request.method === 'OPTIONS')
      return response.setHeader('access-control-allow-headers', 'authorization').end();
    if (!elsewhere) return response.end(file);
    response.setHeader('content-type', addressType);
    return response.end(JSON.stringify({ url: `${bucket}/file?X-Amz-Signature=secret` }));
  });
  const page = await listen(({ url }, response) => {
    const isScript = url === '/script.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    if (policy) response.setHeader('content-security-policy', `connect-src ${coordinator}`);
    response.end(isScript ? script : '<title>app</title><script src="/script.js"></script>');
  });
  const context = await browser.newContext();
  try {
    const tab = await context.newPage();
    await tab.goto(`${page}/secret-path`);
    const bytes = await tab.evaluate(
      args =>
        (globalThis as unknown as { download(...args: unknown[]): Promise<number[]> }).download(...args),
      [coordinator, path, file.length, token] as const,
    );
    expect(bytes).toEqual([...file]);
  } finally {
    await context.close();
  }
  return { shown, asked };
}

describe('a page whose model is in a bucket', () => {
  it('MD10: gets it there by two requests that need no leave, and says nothing of itself but its origin', async () => {
    const { shown, asked } = await downloaded({});
    expect(asked).toEqual(['GET elsewhere']);
    expect(shown).toHaveLength(1);
    for (const header of ['authorization', 'cookie', 'referer']) expect(shown[0]).not.toHaveProperty(header);
    expect(shown[0]!.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('MD9 MD10: shows the coordinator its token, and the bucket none', async () => {
    const { shown, asked } = await downloaded({ token: 'the read token' });
    expect(asked).toEqual(['OPTIONS here', 'GET elsewhere']);
    expect(JSON.stringify(shown)).not.toContain('the read token');
  });

  it.each([
    ['the bucket lets no page of others read', { cors: false }, 1],
    ['the policy of the page forbids it', { policy: 'connect-src' }, 0],
  ])('MD10: gets it from the coordinator where %s', async (_, change, reached) => {
    const { shown, asked } = await downloaded(change);
    expect(shown).toHaveLength(reached);
    expect(asked.filter(each => each.startsWith('GET'))).toEqual(['GET elsewhere', 'GET here']);
  });
});
