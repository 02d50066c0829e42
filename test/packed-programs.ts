import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'rolldown';

const root = fileURLToPath(new URL('../', import.meta.url));
const cache = join(root, 'node_modules/.cache/murmuration');
const dayMs = 86_400_000;

/** What tests run as processes of their own, and the task modules that these load. */
const programs = [
  'coordinator/cli/src/cli.ts',
  'test/attacks/device/client-process.ts',
  'test/attacks/device/model-process.ts',
  'test/attacks/operators/killed-by-itself.ts',
  'test/attacks/operators/killed-coordinator.ts',
  'test/attacks/operators/many-lines.ts',
  'test/attacks/storage/quick-task.ts',
  'test/e2e/command-process.ts',
  'test/e2e/device.ts',
  'test/e2e/line-task.ts',
  'test/e2e/spread-task.ts',
  'test/e2e/marking-device.ts',
  'test/faults/blt-process.ts',
  'test/faults/central-process.ts',
  'test/faults/ledger-process.ts',
  'test/faults/marking-process.ts',
  'test/faults/masked-task.ts',
  'test/faults/queries-process.ts',
  'test/faults/training-runs-process.ts',
  'test/seeded-random.ts',
  'test/unit/coordinator/storage/holder.ts',
  'test/unit/coordinator/storage/rows/killed-migration.ts',
  'test/unit/serving/server/request-log/log-writer.ts',
];

/** Packages that are packed with the sources: those of the repository, and some that are slow to load or lie beside a package. */
const packed = /^(?:@murmuration|commander|cookie|zod)(?:\/|$)/;

let made: Promise<string> | undefined;

/**
 * Packs the programs of the tests into JavaScript, once for all files and all runs until a source changes, and returns where
 * each one lies, given its source by the path from the root of the repository. A packed program starts in a third of the CPU time
 * that its sources take.
 *
 * @throws Error for a source that is none of the programs.
 */
export async function packedPrograms(): Promise<(source: string) => string> {
  made ??= make();
  const folder = await made;
  return source => {
    if (!programs.includes(source)) throw new Error(`${source} is not listed in test/packed-programs.ts.`);
    return placeIn(folder, source);
  };
}

async function make(): Promise<string> {
  const folder = join(cache, `programs-${await keyOfSources()}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  await removeOld();
  const unfinished = `${folder}.${process.pid}`;
  await build({
    cwd: root,
    input: Object.fromEntries(programs.map(source => [nameOf(source), source])),
    platform: 'node',
    resolve: { conditionNames: ['murmuration-source', 'import', 'node', 'default'] },
    external: id => /^[^./#]/.test(id) && !packed.test(id),
    plugins: [locations(folder)],
    output: {
      dir: unfinished,
      format: 'esm',
      entryFileNames: '[name].mjs',
      chunkFileNames: 'shared/[name]-[hash].mjs',
    },
    logLevel: 'warn',
  });
  // Another process may have been faster.
  await rename(unfinished, folder).catch(async error => {
    if (!existsSync(folder)) throw error;
    await rm(unfinished, { recursive: true });
  });
  return folder;
}

const nameOf = (source: string) => source.replace(/\.ts$/, '');
const placeIn = (folder: string, source: string) => join(folder, `${nameOf(source)}.mjs`);

/**
 * Sources name what lies beside them by `new URL('…', import.meta.url)`. Workers are packed as well, and named where they will
 * lie in `folder`; everything else stays where it is.
 */
function locations(folder: string): Plugin {
  return {
    name: 'locations',
    transform(code, id) {
      if (!id.startsWith(root) || id.includes('node_modules') || !code.includes('import.meta.url'))
        return null;
      const urlOf = (path: string) => JSON.stringify(pathToFileURL(path).href);
      const placed = code.replaceAll(
        /new URL\(\s*'(\.[^']*\.ts)',\s*import\.meta\.url\s*\)/g,
        (_, path: string) => {
          const source = relative(root, resolve(dirname(id), path));
          this.emitFile({ type: 'chunk', id: join(root, source), fileName: `${nameOf(source)}.mjs` });
          return `new URL(${urlOf(placeIn(folder, source))})`;
        },
      );
      return placed.replaceAll('import.meta.url', urlOf(id));
    },
  };
}

/** Names the sources as they are now: packages of the lock file, and every source by its path, length and time of change. */
async function keyOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const { workspaces } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  for (const folder of workspaces as string[]) {
    for (const path of await sourcesOf(join(root, folder))) {
      const { size, mtimeMs } = await stat(path);
      hash.update(`${path}\0${size}\0${mtimeMs}\0`);
    }
  }
  const lock = await stat(join(root, 'package-lock.json'));
  return hash.update(String(lock.mtimeMs)).digest('hex').slice(0, 16);
}

/** Sources of a package by path. Not entered: what is installed or built, and what tests write while this reads. */
async function sourcesOf(folder: string): Promise<string[]> {
  const left = ['node_modules', 'dist', 'artifacts'];
  const paths: string[] = [];
  for (const top of await readdir(folder, { withFileTypes: true })) {
    if (left.includes(top.name)) continue;
    const entries = top.isDirectory()
      ? await readdir(join(folder, top.name), { recursive: true, withFileTypes: true })
      : [top];
    for (const entry of entries)
      if (entry.isFile() && /\.(?:ts|js|json)$/.test(entry.name))
        paths.push(join(entry.parentPath, entry.name));
  }
  return paths.sort();
}

/** Removes what was packed of other sources, but for what a run that has not ended may need. */
async function removeOld(): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    const { mtimeMs } = await stat(path);
    if (name.startsWith('programs-') && Date.now() - mtimeMs > dayMs)
      await rm(path, { recursive: true, force: true });
  }
}
