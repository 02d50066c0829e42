import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * SHA-256 in hexadecimal of everything that decides what a training gives: the sources of this package and of those that it is made of, and the
 * versions of all others. A release number would not tell two checkouts apart.
 * `root`: of the repository.
 */
export function codeVersion(root: string = checkout): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    hash.update(`${path}\n`);
    hash.update(readFileSync(join(root, path)));
  };
  add('package-lock.json');
  for (const folder of packagesOf(root, 'simulations'))
    for (const path of filesIn(root, `${folder}/src`)) add(path);
  return hash.digest('hex');
}

/** The folders of a package of this repository, and of all those that it needs. */
function packagesOf(root: string, folder: string, found = new Set<string>()): string[] {
  if (found.has(folder)) return [];
  found.add(folder);
  const manifest: Manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  for (const name of Object.keys(manifest.dependencies ?? {}))
    if (name.startsWith('@murmuration/')) packagesOf(root, name.slice('@murmuration/'.length), found);
  return [...found].sort();
}

/** All files there, by their paths with slashes from the root on. */
function filesIn(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .flatMap(entry =>
      entry.isDirectory() ? filesIn(root, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    )
    .sort();
}
