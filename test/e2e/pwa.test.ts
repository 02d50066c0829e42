// @module-tag chromium
import { readFileSync } from 'node:fs';
import type { CDPSession } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { bundleExample, examples } from '../example-build.ts';
import { ExampleWorld } from './example-world.ts';

let world: ExampleWorld | undefined;
afterEach(() => world?.close());

const read = (file: string) => readFileSync(`${examples}pwa/${file}`, 'utf8');

/** The registration of the page's service worker, as the browser's own tools know it. */
async function registrationOf(tools: CDPSession): Promise<string> {
  const found = new Promise<string>(resolve =>
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [first] = registrations;
      if (first) resolve(first.registrationId);
    }),
  );
  await tools.send('ServiceWorker.enable');
  return found;
}

/** The app in a page, whose service worker knows this coordinator, or that of the world. */
async function open(coordinator?: string) {
  world = new ExampleWorld({
    '/index.html': { type: 'text/html', text: read('index.html') },
    '/main.js': { type: 'text/javascript', text: read('main.js') },
    '/manifest.webmanifest': { type: 'application/manifest+json', text: read('manifest.webmanifest') },
    '/service-worker.js': { type: 'text/javascript', text: await bundleExample('pwa/service-worker.js') },
  });
  const { origin, coordinator: own, context } = await world.open();
  const page = await context.newPage();
  const errors: Error[] = [];
  page.on('pageerror', error => errors.push(error));
  await page.goto(`${origin}/?coordinator=${encodeURIComponent(coordinator ?? own)}`);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const tools = await context.newCDPSession(page);
  const woken = { origin, registrationId: await registrationOf(tools), tag: 'line' };
  const wake = (event: 'sync' | 'periodicsync') =>
    event === 'sync'
      ? tools.send('ServiceWorker.dispatchSyncEvent', { ...woken, lastChance: false })
      : tools.send('ServiceWorker.dispatchPeriodicSyncEvent', woken);
  return { world, page, errors, wake };
}

it.each(['sync', 'periodicsync'] as const)(
  'an installed web app takes part in a masked round when %s wakes its service worker',
  async event => {
    const { world, page, errors, wake } = await open();
    const published = world.round();
    await wake(event);
    expect(await published).toMatchObject({ tally: { cohort: 3, accepted: 3, lost: 0 } });
    await expect.poll(() => page.textContent('#status')).toMatch(/^round \d+: ended$/);
    expect(errors).toEqual([]);
  },
);

it('ends its wake where the coordinator is out of reach', async () => {
  const { page, wake } = await open('http://127.0.0.1:9');
  await wake('sync');
  await expect.poll(() => page.textContent('#status')).toMatch(/reach/);
});
