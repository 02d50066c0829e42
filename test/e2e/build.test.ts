import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const packages = ['protocol', 'engine', 'coordinator', 'client-sdk'];

/** Runs Node as a user of the built packages does: no loader, no conditions. */
function node(...args: string[]): { status: number | null; output: string } {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: fileURLToPath(root),
    env,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

function builtFiles(name: string): URL[] {
  const dist = new URL(`${name}/dist/`, root);
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.js'))
    .map(path => new URL(path, dist));
}

describe('the built libraries', () => {
  beforeAll(() => {
    const build = node('scripts/build.mjs');
    expect(build.status, build.output).toBe(0);
  }, 120_000);

  it.each([
    ['@murmuration/protocol/weights/codec', 'encodeUpdate'],
    ['@murmuration/engine/backend', 'startBackend'],
  ])('let plain Node import %s', (path, name) => {
    const program = `console.log(typeof (await import('${path}')).${name})`;
    expect(node('--input-type=module', '--eval', program)).toEqual({ status: 0, output: 'function\n' });
  });

  it('name sources neither in imports nor as locations', () => {
    for (const file of packages.flatMap(builtFiles)) {
      const text = readFileSync(file, 'utf8');
      expect(text).not.toMatch(/from "\.[^"]+\.ts"|import\("\.[^"]+\.ts"\)/);
      for (const [, path] of text.matchAll(/new URL\("(\.[^"]+)"/g))
        expect(existsSync(new URL(path!, file)), `${path} of ${file}`).toBe(true);
    }
  });
});
