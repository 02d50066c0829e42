// What npm installs into an empty folder with packages of the repository: which folders these are here, and their bytes.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rootFolder } from './prepare.mjs';
import { withNeeded } from './published.mjs';

/**
 * The folders of what others made that packages of the repository depend on, directly or not.
 * @param {readonly string[]} names Of packages of the repository; all of them where none is named.
 * @returns {ReadonlySet<string>}
 */
function foldersBelow(names) {
  /** @type {Set<string>} */
  const folders = new Set();
  /** @param {string} from */
  const addAll = from => {
    for (const name of requiredBy(from)) {
      const found = name.startsWith('@murmuration/') ? undefined : lookUp(from, name);
      if (found === undefined || folders.has(found)) continue;
      folders.add(found);
      addAll(found);
    }
  };
  for (const { folder } of withNeeded(names)) addAll(folder);
  return folders;
}

/**
 * How many bytes npm installs with packages of the repository. Of these themselves it counts what is there: what is built only after a build.
 * @param {readonly string[]} names
 */
export function bytesInstalled(names) {
  const own = withNeeded(names).flatMap(({ folder, manifest }) =>
    [...(manifest.files ?? []), 'README.md', 'package.json'].map(path => join(folder, path)),
  );
  return [...foldersBelow(names), ...own].reduce((sum, path) => sum + bytesOf(path), 0);
}

/** @param {string} path */
function bytesOf(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (stats.isFile()) return stats.size;
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce(/** @returns {number} */ (sum, { name }) => sum + bytesOf(join(path, name)), 0);
}

/** @param {string} folder */
function requiredBy(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const optional = manifest.peerDependenciesMeta ?? {};
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter(name => !optional[name]?.optional);
  return [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
    ...peers,
  ];
}

/**
 * As Node does: in the `node_modules` of each folder above. Undefined for what is not there, as what only runs on other systems.
 * @param {string} from
 * @param {string} name
 * @returns {string | undefined}
 */
function lookUp(from, name) {
  const found = join(from, 'node_modules', name);
  if (existsSync(found)) return found;
  return relative(rootFolder, from) === '' ? undefined : lookUp(dirname(from), name);
}
