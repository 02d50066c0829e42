// Which browser the tests use.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say, stop } from './prepare.mjs';

/** Chromium without windows, which draws the same pages in about half of the CPU time. */
const shell = 'chromium-headless-shell';
const names = [shell, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome.exe'];
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
  return [...names.flatMap(placesOf), ...places].find(path => existsSync(path));
}

/** @param {string} name */
function placesOf(name) {
  return (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name));
}

/**
 * Finds a browser for tests. As root on Debian it installs the one without windows where that is missing, or any where that can't be had.
 * Undefined where there is none.
 */
export function provideChromium() {
  const isThere = process.env.CHROME_PATH || placesOf(shell).some(path => existsSync(path));
  if (!isThere && !install(shell) && findChromium() === undefined) install('chromium');
  return findChromium();
}

/**
 * Whether that worked.
 * @param {string} name
 */
function install(name) {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return false;
  say(`Installing Chromium (apt-get install ${name}) …`);
  return [['update'], ['install', '--yes', '--no-install-recommends', name]].every(step => {
    const { status } = spawnSync('apt-get', step, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 2, 2],
    });
    return status === 0;
  });
}
