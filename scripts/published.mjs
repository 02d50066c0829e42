// The packages of the repository that are published, each after those that it depends on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from './prepare.mjs';

/**
 * @typedef {object} Published
 * @property {string} name
 * @property {string} folder
 * @property {readonly string[]} entries What others may import, by its full name; without wildcards.
 * @property {Readonly<Record<string, unknown>>} manifest
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
