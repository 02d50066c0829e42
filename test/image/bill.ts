import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../docs/documents.ts';

interface Component {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
}

/** A bill of materials in CycloneDX 1.5. */
export interface Bill {
  readonly bomFormat: 'CycloneDX';
  readonly components: readonly Component[];
}

/**
 * What an image holds whose files lie in `folder`: the packages of npm, by `npm sbom`, and those of Debian, by its own list.
 * `unlisted` are packages that are there and that `npm sbom` does not name.
 */
export function billOf(folder: string): { bill: Bill; npm: number; debian: number; unlisted: string[] } {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
  );
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  const all = JSON.parse(stdout) as Bill;
  const there = installed(join(folder, 'murmuration/node_modules'));
  const found = new Map(there.filter(({ isOwn }) => isOwn).map(own => [idOf(own), componentOf(own)]));
  const ids = new Set(there.map(idOf));
  for (const component of all.components)
    if (ids.has(ownIdOf(component)) && !found.has(ownIdOf(component)))
      found.set(ownIdOf(component), component);
  const ofDebian = debianPackages(folder);
  return {
    bill: { ...all, components: [...found.values(), ...ofDebian] },
    npm: found.size,
    debian: ofDebian.length,
    unlisted: [...ids].filter(id => !found.has(id)),
  };
}

interface Installed {
  readonly name: string;
  readonly version: string;
  /** Whether it is a package of the repository, which `npm sbom` leaves out: a link to its folder. */
  readonly isOwn: boolean;
}

const idOf = ({ name, version }: Pick<Installed, 'name' | 'version'>) => `${name}@${version}`;

/** A package that stands in `node_modules` under the name of another one has its own in its address, as in its manifest. */
export const ownIdOf = ({ purl }: Pick<Component, 'purl'>) =>
  decodeURIComponent(purl.slice('pkg:npm/'.length));

const componentOf = ({ name, version }: Installed): Component => ({
  type: 'library',
  name,
  version,
  purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
});

/** The packages in a folder of packages, and in those within. */
function installed(folder: string): Installed[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    const isOwn = entry.isSymbolicLink();
    if (entry.name.startsWith('.') || !(entry.isDirectory() || isOwn)) return [];
    if (entry.name.startsWith('@')) return installed(path);
    // Packages of the repository that the image leaves out are links that lead nowhere.
    if (!existsSync(join(path, 'package.json'))) return [];
    const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    return [
      { name, version: version.replace(/^v/, ''), isOwn },
      ...(isOwn ? [] : installed(join(path, 'node_modules'))),
    ];
  });
}

function debianPackages(folder: string): Component[] {
  const status = readFileSync(join(folder, 'var/lib/dpkg/status'), 'utf8');
  return [...status.matchAll(/^Package: (.+)\n(?:.+\n)*?Version: (.+)$/gm)].map(
    ([, name = '', version = '']) => ({
      type: 'library',
      name,
      version,
      purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}`,
    }),
  );
}
