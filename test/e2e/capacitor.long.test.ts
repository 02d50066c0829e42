// @module-tag chromium
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { bundleExample, examples, typeErrors } from '../example-build.ts';
import { ExampleWorld } from './example-world.ts';

let world: ExampleWorld | undefined;
afterEach(() => world?.close());

const read = (file: string) => readFileSync(`${examples}capacitor/${file}`, 'utf8');

type Listener = (
  resolve: (value?: unknown) => void,
  reject: (error: Error) => void,
  details?: object,
) => void;

/** A context of the runner, as each wake has its own; what it keeps lasts. */
function runner(kept: Map<string, string>) {
  const listeners = new Map<string, Listener>();
  const context = createContext({
    fetch,
    addEventListener: (name: string, listener: Listener) => listeners.set(name, listener),
    CapacitorKV: {
      set: (key: string, value: string) => kept.set(key, value),
      get: (key: string) => ({ value: kept.get(key) }),
    },
  });
  runInContext(read('runner.js'), context);
  return (event: string, details?: object) =>
    new Promise((resolve, reject) => listeners.get(event)!(resolve, reject, details));
}

describe('the example of a web app on phones', () => {
  it('has types that fit, those of Capacitor included', () => {
    expect(typeErrors('capacitor')).toEqual([]);
  });

  it('takes part in a masked round, and its runner finds the version that came of it', async () => {
    world = new ExampleWorld({
      '/index.html': { type: 'text/html', text: read('index.html') },
      '/main.js': {
        type: 'text/javascript',
        text: await bundleExample('capacitor/main.ts', { format: 'esm' }),
      },
      '/training.js': {
        type: 'text/javascript',
        text: await bundleExample('capacitor/training.ts', { format: 'esm' }),
      },
    });
    const { origin, coordinator, context } = await world.open();
    const kept = new Map<string, string>();
    expect(await runner(kept)('news')).toEqual({ served: 0 });
    const page = await context.newPage();
    const errors: unknown[] = [];
    page.on('pageerror', error => errors.push(error));
    await page.goto(`${origin}/?coordinator=${encodeURIComponent(coordinator)}`);
    expect(await world.round()).toMatchObject({ tally: { cohort: 3, accepted: 3, lost: 0 } });
    await runner(kept)('look', { coordinator });
    const { served } = (await runner(kept)('news')) as { served: number };
    expect(served).toBeGreaterThan(0);
    // As Capacitor does it in a browser, where pages are hidden and shown.
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await expect.poll(() => page.textContent('#status')).toBe('Paused.');
    expect(errors).toEqual([]);
  });

  it('has a runner that fails where the coordinator does not answer, and its configuration names it', async () => {
    await expect(runner(new Map())('look', { coordinator: 'http://127.0.0.1:9' })).rejects.toThrow();
    const { BackgroundRunner } = JSON.parse(read('capacitor.config.json')).plugins;
    expect(BackgroundRunner).toMatchObject({ src: 'runner.js', event: 'look' });
    expect(read('main.ts')).toContain(BackgroundRunner.label);
  });
});
