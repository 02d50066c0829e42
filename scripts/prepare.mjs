// What every command needs before it can run: the right Node, the packages of the lock file, and the kernels. Node's own modules
// only, since nothing else may be there yet. Messages go to stderr; stdout belongs to the program that follows.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { provideKernels } from './kernels/provide.mjs';
import { locked } from './lock.mjs';

const root = new URL('../', import.meta.url);

/** Where the repository lies. */
export const rootFolder = fileURLToPath(root);

/** How Node runs the TypeScript sources: options that stand before the name of a file. */
export const sourceOptions = [
  '--import',
  new URL('sources.mjs', import.meta.url).href,
  '--conditions=murmuration-source',
];

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Ends the command with one sentence.
 * @param {string} sentence
 * @returns {never}
 */
export function stop(sentence) {
  say(sentence);
  process.exit(1);
}

/**
 * Checks Node's version, then installs the packages where `node_modules` does not match the lock file, and compiles the kernels where they have
 * changed. Of several commands that start at once, one does it and the others wait for it.
 */
export async function prepare() {
  checkNode();
  const problem = packagesMatch()
    ? undefined
    : await locked(rootFolder, () => (packagesMatch() ? undefined : install()));
  if (problem !== undefined) stop(problem);
  const other = await provideKernels(rootFolder);
  if (other !== undefined) stop(other);
}

function checkNode() {
  /** @type {string} */
  const range = json('package.json').engines.node;
  const [wantedMajor, wantedMinor] = numbers(range);
  const [major, minor] = numbers(process.versions.node);
  const enough = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  if (!enough)
    stop(`Node ${wantedMajor}.${wantedMinor} or newer is needed; this is ${process.versions.node}.`);
}

/** @param {string} version */
function numbers(version) {
  const [major = 0, minor = 0] = version.replace(/^\D+/, '').split('.').map(Number);
  return /** @type {const} */ ([major, minor]);
}

// npm leaves in node_modules a copy of the lock file's entries that it installed, and writes it last.
function packagesMatch() {
  let installed;
  try {
    installed = json('node_modules/.package-lock.json').packages;
  } catch {
    return false;
  }
  return Object.entries(json('package-lock.json').packages).every(([path, wanted]) => {
    const found = installed[path];
    if (path === '') return true;
    if (found === undefined) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/** What went wrong, in one sentence; undefined when all is well. */
function install() {
  say('Installing packages (npm ci) …');
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const { status, error } = spawnSync(command, [...first, 'ci', '--include=dev'], {
    cwd: rootFolder,
    stdio: ['ignore', 2, 2],
  });
  if (error !== undefined) return `npm could not be started: ${error.message}.`;
  return status === 0 ? undefined : 'The packages could not be installed; npm gives the reason above.';
}

/** @param {string} path */
function json(path) {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'));
}
