import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type App, createApp } from '@murmuration/coordinator/http/app';
import { dashboardFolder, serveDashboard } from '@murmuration/coordinator/http/dashboard';
import { serveApps } from '@murmuration/coordinator/http/static-apps';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundsOf } from '../bounds.ts';
import { type Federation, openFederation } from '../federation.ts';

let folder: string;
let federation: Federation;
let app: App;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-dashboard-'));
  federation = await openFederation();
  app = await createApp({ ...boundsOf(federation), cors: [] });
});

afterEach(async () => {
  await federation.rounds.stop();
  await app.close();
  await rm(folder, { recursive: true });
});

async function build(): Promise<void> {
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Dashboard</title>');
  await writeFile(join(folder, 'assets', 'main-1a2b3c4d.js'), 'export {};');
}

const get = (url: string) => app.inject({ method: 'GET', url });

describe('the dashboard', () => {
  it('is at the root, and lets scripts of the own origin alone run, no WebAssembly among them', async () => {
    await build();
    await serveDashboard(app, folder);
    const page = await get('/');
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('<title>Dashboard</title>');
    expect(page.headers['cache-control']).toBe('no-cache');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const script = await get('/assets/main-1a2b3c4d.js');
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('goes out compressed to those who take it, and as it is to all others', async () => {
    await build();
    const script = 'export const words = "rounds and models";'.repeat(50);
    await writeFile(join(folder, 'assets', 'main-1a2b3c4d.js'), script);
    await writeFile(join(folder, 'assets', 'main-1a2b3c4d.js.gz'), gzipSync(script));
    await serveDashboard(app, folder);
    const url = '/assets/main-1a2b3c4d.js';
    const sent = await app.inject({ url, headers: { 'accept-encoding': 'gzip, deflate, br' } });
    expect(sent.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': expect.stringMatching('^application/javascript'),
      'cache-control': 'public, max-age=31536000, immutable',
      vary: expect.stringMatching('accept-encoding'),
    });
    expect(gunzipSync(sent.rawPayload).toString()).toBe(script);
    const plain = await get(url);
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body).toBe(script);
    expect((await get(`${url}.gz`)).statusCode).toBe(404);
  });

  it('leaves all other addresses to apps and routes, and what is none of them to the answer of the coordinator', async () => {
    await build();
    await serveApps(app, { '/keyboard/': { folder, documents: { 'setup.json': { words: 3 } } } });
    await serveDashboard(app, folder);
    app.get('/v1/tasks', () => ({ tasks: [] }));
    expect((await get('/keyboard/setup.json')).json()).toEqual({ words: 3 });
    expect((await get('/v1/tasks')).json()).toEqual({ tasks: [] });
    for (const url of ['/v1/nothing', '/assets/other.js', '/..%2fsecret', '/rounds'])
      expect((await get(url)).json()).toMatchObject({ code: 'request.not-found', status: 404 });
  });

  it('says how to build it where it is not built', async () => {
    await serveDashboard(app, folder);
    const answer = await get('/');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({
      code: 'request.not-found',
      detail: expect.stringContaining('npm run build'),
    });
  });

  it('lies beside what is built of the package', () => {
    expect(dashboardFolder).toMatch(/[\\/]coordinator[\\/]server[\\/]dist[\\/]dashboard[\\/]$/);
  });
});
