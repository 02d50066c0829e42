// Which Prometheus the tests use.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { say } from './prepare.mjs';

/** The folder of `prometheus` and `promtool`: the one that PROMETHEUS_FOLDER names, else the first of PATH that has both. */
export function findPrometheus() {
  const folders = process.env.PROMETHEUS_FOLDER
    ? [process.env.PROMETHEUS_FOLDER]
    : (process.env.PATH ?? '').split(delimiter);
  return folders.find(folder => ['prometheus', 'promtool'].every(name => existsSync(join(folder, name))));
}

/** Finds Prometheus; where there is none, installs Debian's as root. Undefined where that can't be: the tests that need it say so. */
export function providePrometheus() {
  const found = findPrometheus();
  if (found || process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return found;
  say('Installing Prometheus (apt-get install prometheus) …');
  for (const step of [['update'], ['install', '--yes', '--no-install-recommends', 'prometheus']]) {
    const { status } = spawnSync('apt-get', step, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) return undefined;
  }
  // The programs are wanted, not the service that the package starts.
  spawnSync('systemctl', ['disable', '--now', 'prometheus']);
  return findPrometheus();
}
