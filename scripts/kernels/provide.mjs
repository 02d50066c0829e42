// Provides the modules that are made of the kernels. Node's own modules only, as what calls it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { locked } from '../lock.mjs';
import { madeFiles, modules } from './modules.mjs';
import { libraryFiles } from './tensorflow.mjs';

const kept = 'node_modules/.cache/murmuration/kernels';
/** How many are kept: to go back and forth between commits is quick. */
const most = 10;

/**
 * Writes the modules of the kernels where their sources, what compiles them or the modules themselves have changed. Of several commands that start
 * at once, one compiles and the others wait for it; none sees half a file.
 * @param {string} root The checkout, in which the packages are installed.
 * @returns {Promise<string | undefined>} What went wrong, in a sentence; undefined when all is well.
 */
export async function provideKernels(root) {
  const made = join(root, kept, keyOf(root));
  if (!existsSync(made)) {
    const problem = await locked(root, () => (existsSync(made) ? undefined : compileInto(root, made)));
    if (problem !== undefined) return problem;
  }
  for (const file of madeFiles) {
    const [content, target] = [readFileSync(join(made, file)), join(root, file)];
    if (existsSync(target) && readFileSync(target).equals(content)) continue;
    // Not beside it: others may be reading what lies among the sources.
    const unfinished = join(root, `.preparing-${basename(file)}-${process.pid}`);
    writeFileSync(unfinished, content);
    renameSync(unfinished, target);
  }
  return undefined;
}

/** What the modules are made of: the kernels, what compiles them, and its versions. @param {string} root */
function keyOf(root) {
  const hash = createHash('sha256');
  const folders = new Set([...modules.map(({ folder }) => folder), 'scripts/kernels']);
  const inputs = [...folders].flatMap(folder =>
    readdirSync(join(root, folder))
      .toSorted()
      .map(name => `${folder}/${name}`),
  );
  for (const file of [...inputs, 'scripts/kernels.mjs']) {
    const content = readFileSync(join(root, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [path, { version, integrity }] of Object.entries(packages))
    if (/node_modules\/(assemblyscript|binaryen|rolldown|seedrandom|@tensorflow\/[^/]+)(\/|$)/.test(path))
      hash.update(`${path} ${version} ${integrity}\n`);
  return hash.digest('hex').slice(0, 32);
}

/**
 * @param {string} root
 * @param {string} made
 */
async function compileInto(root, made) {
  process.stderr.write('Compiling kernels …\n');
  const unfinished = `${made}.${process.pid}`;
  const targets = modules.map(({ target }) => target);
  // Two processes, of about the same work.
  const parts = [targets.slice(0, 2), [...targets.slice(2), libraryFiles[0] ?? '']];
  try {
    const problems = await Promise.all(parts.map(part => compile(root, unfinished, part)));
    const problem = problems.find(each => each !== undefined);
    if (problem !== undefined) return problem;
    renameSync(unfinished, made);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  removeOld(dirname(made));
  return undefined;
}

/**
 * @param {string} root
 * @param {string} into
 * @param {readonly string[]} targets
 * @returns {Promise<string | undefined>}
 */
function compile(root, into, targets) {
  return new Promise(resolve => {
    const compiler = spawn(process.execPath, ['scripts/kernels.mjs', into, ...targets], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    compiler.on('error', ({ message }) =>
      resolve(`The compiler of kernels could not be started: ${message}.`),
    );
    compiler.on('exit', code =>
      resolve(code === 0 ? undefined : 'The kernels could not be compiled; the reason stands above.'),
    );
  });
}

/** @param {string} folder */
function removeOld(folder) {
  const all = readdirSync(folder).map(name => join(folder, name));
  const age = new Map(all.map(path => [path, statSync(path).mtimeMs]));
  for (const path of all.toSorted((one, other) => Number(age.get(other)) - Number(age.get(one))).slice(most))
    rmSync(path, { recursive: true, force: true });
}
