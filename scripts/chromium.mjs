// Which browser the tests use.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say, stop } from './prepare.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe'];
const places = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The path of a Chromium or Chrome: the one that CHROME_PATH names, else the first that this machine has. */
export function findChromium() {
  const named = process.env.CHROME_PATH;
  if (named)
    return existsSync(named) ? named : stop(`There is no browser at ${named}, where CHROME_PATH points.`);
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...names.flatMap(name => folders.map(folder => join(folder, name))), ...places].find(path =>
    existsSync(path),
  );
}

/** Finds a browser; where there is none, installs Debian's as root. Undefined where that can't be. */
export function provideChromium() {
  return findChromium() ?? installChromium();
}

function installChromium() {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return undefined;
  say('Installing Chromium (apt-get install chromium) …');
  for (const step of [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']]) {
    const { status } = spawnSync('apt-get', step, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) return undefined;
  }
  return findChromium();
}
