import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../../../', import.meta.url));

interface Manifest {
  readonly name?: string;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Returns the SHA-256, in hexadecimal, of everything that determines a training's result: the sources of this
 * package and of the workspaces that it depends on, and the versions of all other packages. Unlike a release
 * number, it distinguishes two checkouts.
 * @param root root of the repository
 */
export function codeVersion(root: string = checkout): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    hash.update(`${path}\n`);
    hash.update(readFileSync(join(root, path)));
  };
  add('package-lock.json');
  for (const folder of packagesOf(root, 'simulations/tuning'))
    for (const path of filesIn(root, `${folder}/src`)) add(path);
  return hash.digest('hex');
}

const manifestOf = (root: string, folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/** Returns the folders of a package of this repository and of all workspaces that it depends on. */
function packagesOf(root: string, folder: string): string[] {
  const { workspaces = [] } = manifestOf(root, '.');
  const folders = new Map(workspaces.map(each => [manifestOf(root, each).name, each]));
  const found = new Set([folder]);
  for (const each of found)
    for (const name of Object.keys(manifestOf(root, each).dependencies ?? {}))
      if (folders.has(name)) found.add(folders.get(name)!);
  return [...found].sort();
}

/** Returns all files in a folder as paths from the root, with slashes. */
function filesIn(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .flatMap(entry =>
      entry.isDirectory() ? filesIn(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    )
    .sort();
}
