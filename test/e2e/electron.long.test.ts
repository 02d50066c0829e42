// @module-tag chromium
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fileOf } from '../../examples/electron/files.ts';
import { bundleExample, examples, typeErrors } from '../example-build.ts';
import { ExampleWorld } from './example-world.ts';

let world: ExampleWorld | undefined;
afterEach(() => world?.close());

describe('the example of a desktop app', () => {
  // Fetched here: nobody else who installs this project needs it, and its installer wants more than the registry.
  it('has types that fit, those of Electron included', () => {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-electron-'));
    try {
      const options = ['--ignore-scripts', '--no-audit', '--no-package-lock'];
      execFileSync('npm', ['install', ...options, '--prefix', folder, 'electron@40.9.3'], { stdio: 'pipe' });
      expect(typeErrors('electron', { electron: [join(folder, 'node_modules/electron')] })).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('has a main process and a preload script that Node can load, but for Electron', async () => {
    const external = ['electron'];
    const main = await bundleExample('electron/main.ts', { platform: 'node', format: 'esm', external });
    expect(main).toMatch(/from "electron"/);
    const preload = await bundleExample('electron/preload.ts', { platform: 'node', format: 'cjs', external });
    const exposed: unknown[] = [];
    const electron = {
      contextBridge: { exposeInMainWorld: (name: string, value: object) => exposed.push([name, value]) },
      ipcRenderer: { invoke: async (name: string) => name === 'charging', on() {} },
    };
    new Function('require', 'module', preload)(() => electron, { exports: {} });
    const [[name, power]] = exposed as [[string, { isCharging(): Promise<boolean> }]];
    expect([name, await power.isCharging(), Object.keys(power)]).toEqual([
      'power',
      true,
      ['isCharging', 'watch'],
    ]);
  });

  it('serves the files of its page, and no others', () => {
    const file = (address: string) => fileOf(address, '/app/page');
    expect(file('app://line/')).toBe('/app/page/index.html');
    expect(file('app://line/page.js?1')).toBe('/app/page/page.js');
    for (const other of [
      'app://other/page.js',
      'https://line/page.js',
      'app://line/%2e%2e/main.mjs',
      'app://line/..%2fmain.mjs',
      'app://line/..%2f..%2fetc/passwd',
    ])
      expect(file(other) ?? '/app/page/').toMatch(/^\/app\/page\//);
  });

  it('has a page that takes part in a masked round under its own policy, and rests on battery', async () => {
    world = new ExampleWorld({
      '/index.html': { type: 'text/html', text: readFileSync(`${examples}electron/index.html`, 'utf8') },
      '/page.js': {
        type: 'text/javascript',
        text: await bundleExample('electron/page.ts', { format: 'esm' }),
      },
      '/training.js': {
        type: 'text/javascript',
        text: await bundleExample('electron/training.ts', { format: 'esm' }),
      },
    });
    const { origin, coordinator, context } = await world.open();
    const page = await context.newPage();
    const errors: unknown[] = [];
    page.on('pageerror', error => errors.push(error));
    page.on('console', message => {
      if (/Content Security Policy/.test(message.text())) errors.push(message.text());
    });
    await page.addInitScript(coordinator => {
      const listeners: ((isCharging: boolean) => void)[] = [];
      const watch = (changed: (isCharging: boolean) => void) => void listeners.push(changed);
      const setCharging = (isCharging: boolean) => {
        for (const listener of listeners) listener(isCharging);
      };
      Object.assign(globalThis, { coordinator, setCharging, power: { isCharging: async () => true, watch } });
    }, coordinator);
    await page.goto(origin);
    expect(await world.round()).toMatchObject({ tally: { cohort: 3, accepted: 3, lost: 0 } });
    await page.evaluate(() =>
      (globalThis as unknown as { setCharging(is: boolean): void }).setCharging(false),
    );
    await expect.poll(() => page.textContent('#status')).toBe('Waits for mains.');
    expect(errors).toEqual([]);
  });
});
