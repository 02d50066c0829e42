import { readFileSync, statSync } from 'node:fs';
import { version } from '@murmuration/cli/output/version';
import { version as coordinatorVersion } from '@murmuration/coordinator/assembly/version';
import semver from 'semver';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly version: string;
  readonly workspaces?: readonly string[];
  readonly engines: { readonly node: string };
  readonly bin?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

interface Locked {
  readonly engines?: { readonly node?: string };
  readonly hasInstallScript?: boolean;
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
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

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

  it('has an answer for every install script', () => {
    const asked = installed
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => nameOf(path));
    expect(asked.filter(name => manifest.allowScripts?.[name] === undefined)).toEqual([]);
  });

  it.each(['', ...manifest.workspaces!])('leaves the lock file as it is: %s', folder => {
    const found = read(folder === '' ? 'package.json' : `${folder}/package.json`);
    const pick = (all: Record<string, unknown>) =>
      Object.fromEntries(copied.filter(field => all[field] !== undefined).map(field => [field, all[field]]));
    expect(pick(locked[folder] as Record<string, unknown>)).toEqual(pick(found));
  });

  it('gives `npx murmuration`, which runs without a build', () => {
    const { bin, version: packaged }: Manifest = read('cli/package.json');
    const file = new URL(`cli/${bin!.murmuration}`, root);
    expect(statSync(file).mode & 0o111).not.toBe(0);
    expect(file.pathname).not.toContain('/dist/');
    expect(version).toBe(packaged);
    expect(coordinatorVersion).toBe(read('coordinator/package.json').version);
  });
});
