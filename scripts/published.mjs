// The packages of the repository that are published, each after those that it depends on.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder, stop } from './prepare.mjs';

/**
 * @typedef {object} Published
 * @property {string} name
 * @property {string} folder
 * @property {readonly string[]} entries What others may import, by its full name; without wildcards.
 * @property {{ readonly dependencies?: Readonly<Record<string, string>>, readonly files?: readonly string[] }} manifest
 */

/** @param {string} folder */
const manifestOf = folder => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** @returns {readonly Published[]} */
export function publishedPackages() {
  const { workspaces } = manifestOf(rootFolder);
  return workspaces
    .map(
      /** @param {string} path */ path => ({
        folder: join(rootFolder, path),
        manifest: manifestOf(join(rootFolder, path)),
      }),
    )
    .filter(/** @param {{ manifest: { private?: boolean } }} each */ ({ manifest }) => !manifest.private)
    .map(
      /** @param {{ folder: string, manifest: { name: string, exports: Record<string, unknown> } }} each */
      ({ folder, manifest }) => ({
        name: manifest.name,
        folder,
        manifest,
        entries: Object.keys(manifest.exports)
          .filter(path => !path.includes('*'))
          .map(path => `${manifest.name}${path.slice(1)}`),
      }),
    );
}

/**
 * The packages of these names, all where none is named, with the packages of the repository that they need, directly or not.
 * @param {readonly string[]} names
 * @returns {readonly Published[]}
 */
export function withNeeded(names) {
  const all = publishedPackages();
  const wanted = new Set(names.length > 0 ? names : all.map(({ name }) => name));
  for (const name of wanted)
    for (const needed of Object.keys(all.find(each => each.name === name)?.manifest.dependencies ?? {}))
      if (all.some(each => each.name === needed)) wanted.add(needed);
  return all.filter(({ name }) => wanted.has(name));
}

/**
 * Packs built packages into a folder, as npm would publish them. Ends the command where one can't be packed.
 * @param {readonly Published[]} packages
 * @param {string} folder
 * @returns {readonly { name: string, filename: string }[]}
 */
export function packInto(packages, folder) {
  const workspaces = packages.flatMap(({ name }) => ['--workspace', name]);
  const { status, stdout, stderr } = spawnSync(
    'npm',
    // No other scripts run than those of these packages, which hold what is packed to the sources.
    [
      'pack',
      '--json',
      '--ignore-scripts=false',
      '--foreground-scripts=false',
      '--pack-destination',
      folder,
      ...workspaces,
    ],
    { cwd: rootFolder, encoding: 'utf8' },
  );
  if (status !== 0) stop(`The packages can't be packed: ${stderr}`);
  return JSON.parse(stdout);
}
