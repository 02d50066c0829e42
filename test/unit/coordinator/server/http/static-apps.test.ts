import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp } from '@murmuration/coordinator/http/app';
import { serveApps } from '@murmuration/coordinator/http/static-apps';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundsOf } from '../bounds.ts';
import { type Federation, openFederation } from '../federation.ts';

let parent: string;
let federation: Federation;
let app: App;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'murmuration-apps-'));
  await mkdir(join(parent, 'page', 'assets'), { recursive: true });
  await writeFile(join(parent, 'page', 'index.html'), '<!doctype html><title>Page</title>');
  await writeFile(join(parent, 'page', 'assets', 'main-1a2b3c4d.js'), 'export {};');
  await writeFile(join(parent, 'page', 'assets', 'kernels.wasm'), Uint8Array.of(0, 97, 115, 109));
  await writeFile(join(parent, 'secret.txt'), 'not of the page');
  federation = await openFederation();
  app = await createApp({ ...boundsOf(federation), cors: [] });
});

afterEach(async () => {
  await federation.rounds.stop();
  await app.close();
  await rm(parent, { recursive: true });
});

async function serve(documents: Record<string, unknown> = {}): Promise<void> {
  await serveApps(app, { '/keyboard/': { folder: join(parent, 'page'), documents } });
  await app.ready();
}

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url, headers });

describe('a page beside the routes', () => {
  it('is found under its path, with and without the slash at the end', async () => {
    await serve();
    const page = await get('/keyboard/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.body).toContain('<title>Page</title>');
    const redirect = await get('/keyboard');
    expect(redirect.statusCode).toBe(302);
    expect(redirect.headers.location).toBe('/keyboard/');
  });

  it('runs scripts and workers of its own origin alone, isolated from others', async () => {
    await serve({ 'setup.json': {} });
    for (const url of ['/keyboard/', '/keyboard/assets/main-1a2b3c4d.js', '/keyboard/setup.json']) {
      const { headers } = await get(url);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
      expect(policy).not.toMatch(/unsafe-inline|upgrade-insecure|https?:|\*/);
      expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
      expect(headers['cross-origin-opener-policy']).toBe('same-origin');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('is asked for again each time, but for files that carry a hash', async () => {
    await serve();
    const page = await get('/keyboard/');
    expect(page.headers['cache-control']).toBe('no-cache');
    const again = await get('/keyboard/', { 'if-none-match': String(page.headers.etag) });
    expect(again.statusCode).toBe(304);
    const script = await get('/keyboard/assets/main-1a2b3c4d.js');
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await get('/keyboard/assets/kernels.wasm')).headers['content-type']).toBe('application/wasm');
  });

  it('finds the documents of this coordinator, which no cache keeps', async () => {
    await serve({ 'setup.json': { words: ['a', 'b'] } });
    const response = await get('/keyboard/setup.json');
    expect(response.json()).toEqual({ words: ['a', 'b'] });
    expect(response.headers['cache-control']).toBe('no-store');
  });

  it('shows nothing outside of its folder, and answers with problems', async () => {
    await serve();
    for (const url of [
      '/keyboard/none.js',
      '/keyboard/../secret.txt',
      '/keyboard/%2e%2e/secret.txt',
      '/keyboard/assets/',
    ])
      expect(await get(url)).toMatchObject({
        statusCode: 404,
        headers: expect.objectContaining({ 'content-type': 'application/problem+json' }),
      });
  });

  it('changes nothing for the routes', async () => {
    app.get('/v1/other', () => 'other');
    await serve();
    const { headers } = await get('/v1/other');
    expect(headers['cross-origin-embedder-policy']).toBeUndefined();
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
  });

  it('needs its folder', async () => {
    const missing = { '/keyboard/': { folder: join(parent, 'none'), documents: {} } };
    await expect(serveApps(app, missing)).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining('none'),
    });
  });
});
