import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The account `node` of the image that stands in the Dockerfile. */
const account = 1_000;

/**
 * Makes, in a folder, what stands in for `node:22-slim` where no registry of images can be reached: a Debian by mmdebstrap, Node and npm from
 * their packages, and the account `node`.
 */
export function makeBase(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  run('mmdebstrap', '--variant=essential', '--include=ca-certificates,libstdc++6', 'trixie', folder);
  const local = join(folder, 'usr/local');
  const packages = ['npm@10', `node-linux-${process.arch}@22`];
  run('npm', 'install', '--global', '--prefix', local, '--ignore-scripts', ...packages);
  // Headers, which only native packages want.
  rmSync(join(local, `lib/node_modules/node-linux-${process.arch}/include`), { recursive: true });
  appendFileSync(join(folder, 'etc/passwd'), `node:x:${account}:${account}::/home/node:/bin/sh\n`);
  appendFileSync(join(folder, 'etc/group'), `node:x:${account}:\n`);
  mkdirSync(join(folder, 'home/node'));
  chownSync(join(folder, 'home/node'), account, account);
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
}
