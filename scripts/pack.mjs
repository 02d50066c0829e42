// npm run pack -- --to FOLDER [PACKAGE …]: builds the libraries and packs all, or those that are named with what they need of the
// others, into a folder. The packages are on no registry: the line that it prints installs them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, rootFolder, stop } from './prepare.mjs';
import { packInto, publishedPackages, withNeeded } from './published.mjs';

const { to, names } = asked();
const unknown = names.find(name => !publishedPackages().some(each => each.name === name));
if (unknown !== undefined)
  stop(
    `There is no package ${unknown}; there are ${publishedPackages()
      .map(({ name }) => name)
      .join(', ')}.`,
  );
const packages = withNeeded(names);

await prepare();
const { status } = spawnSync(process.execPath, [join(rootFolder, 'scripts/build.mjs')], { stdio: 'inherit' });
if (status !== 0) process.exit(1);

mkdirSync(to, { recursive: true });
// A pack of another version would be installed as well.
for (const file of readdirSync(to))
  if (packages.some(({ name }) => isPackOf(name, file))) rmSync(join(to, file));
const files = packInto(packages, to).map(({ filename }) => quoted(join(to, filename)));
console.log(`npm install ${files.join(' ')}`);

/** What the command line asks for. Packages go by their names, with or without the scope. */
function asked() {
  try {
    const { values, positionals } = parseArgs({
      options: { to: { type: 'string' } },
      allowPositionals: true,
    });
    if (!values.to) stop('Say where to: npm run pack -- --to FOLDER [PACKAGE …]');
    return {
      // npm runs scripts at the root of the repository, from wherever it was called.
      to: resolve(process.env.INIT_CWD ?? '.', values.to),
      names: positionals.map(name => (name.startsWith('@') ? name : `@murmuration/${name}`)),
    };
  } catch (error) {
    stop(/** @type {Error} */ (error).message);
  }
}

/**
 * @param {string} name
 * @param {string} file
 */
function isPackOf(name, file) {
  const beginning = `${name.replace('@', '').replace('/', '-')}-`;
  return file.endsWith('.tgz') && file.startsWith(beginning) && /^\d/.test(file.slice(beginning.length));
}

/** @param {string} path */
function quoted(path) {
  return /[^\w./:\\@-]/.test(path) ? `"${path}"` : path;
}
