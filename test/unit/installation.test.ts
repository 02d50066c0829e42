import { readFileSync, statSync } from 'node:fs';
import { version } from '@murmuration/cli/output/version';
import { version as coordinatorVersion } from '@murmuration/coordinator/assembly/version';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Manifest {
  readonly version: string;
  readonly workspaces?: readonly string[];
  readonly engines: { readonly node: string };
  readonly bin?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

interface Locked {
  readonly engines?: { readonly node?: string };
  readonly link?: boolean;
  readonly optional?: boolean;
}

const root = new URL('../../', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const manifest: Manifest = read('package.json');
const locked: Readonly<Record<string, Locked>> = read('package-lock.json').packages;
const installed = Object.entries(locked).filter(
  ([path, { link }]) => path.includes('node_modules/') && !link,
);

/** What npm copies from a manifest into the lock file. */
const copied = [
  'version',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'engines',
];

describe('npm install in a checkout', () => {
  it('finds no package that wants a newer Node than this project', () => {
    const oldest = semver.minVersion(manifest.engines.node)!;
    expect(installed.length).toBeGreaterThan(100);
    expect(
      installed.flatMap(([path, { engines, optional }]) =>
        !engines?.node || optional || semver.satisfies(oldest, engines.node)
          ? []
          : [`${path} ${engines.node}`],
      ),
    ).toEqual([]);
  });

  it('runs no script of a package, with any npm', () => {
    expect(readFileSync(new URL('.npmrc', root), 'utf8').split('\n')).toContain('ignore-scripts=true');
    // An image is built where another `.npmrc` may lie above.
    const installs = readFileSync(new URL('Dockerfile', root), 'utf8').match(/npm ci[^&\n]*/g)!;
    expect(installs.filter(command => !command.includes(' --ignore-scripts'))).toEqual([]);
    expect(installs).toHaveLength(2);
  });

  it.each(['', ...manifest.workspaces!])('leaves the lock file as it is: %s', folder => {
    const found = read(folder === '' ? 'package.json' : `${folder}/package.json`);
    const pick = (all: Record<string, unknown>) =>
      Object.fromEntries(copied.filter(field => all[field] !== undefined).map(field => [field, all[field]]));
    expect(pick(locked[folder] as Record<string, unknown>)).toEqual(pick(found));
  });

  it('gives `npx murmuration`, which runs without a build', () => {
    const { bin, version: packaged }: Manifest = read('coordinator/cli/package.json');
    const file = new URL(`coordinator/cli/${bin!.murmuration}`, root);
    expect(statSync(file).mode & 0o111).not.toBe(0);
    expect(file.pathname).not.toContain('/dist/');
    expect(version).toBe(packaged);
    expect(coordinatorVersion).toBe(read('coordinator/server/package.json').version);
  });
});

describe('CI', () => {
  const text = (path: string) => readFileSync(new URL(path, root), 'utf8');
  const called = (path: string) => [...text(path).matchAll(/npm (?:run )?([\w:]+) --|npm run ([\w:]+)/g)];

  it.each(['.ci/run', '.ci/nightly'])('finds each command of %s', path => {
    const names = called(path).map(([, one, other]) => one ?? other!);
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter(name => name !== 'install' && !manifest.scripts![name])).toEqual([]);
    expect(statSync(new URL(path, root)).mode & 0o111).not.toBe(0);
  });

  it('runs every change, and each night what takes longer', () => {
    const { on, jobs } = parse(text('.github/workflows/ci.yml'));
    expect(Object.keys(on)).toEqual(['push', 'pull_request', 'schedule']);
    const steps = jobs.run.steps.filter(({ run }: { run?: string }) => run?.startsWith('.ci/'));
    expect(steps).toEqual([
      { run: '.ci/run', if: "github.event_name != 'schedule'" },
      { run: '.ci/nightly', if: "github.event_name == 'schedule'" },
    ]);
  });
});
