import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLock } from '@murmuration/sql/sqlite/lock';
import type { Plugin } from 'vite';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
/** Milliseconds to wait for another process's build. */
const buildTimeout = 300_000;

/** Page and its sources, as paths from the repository's root. */
interface Page {
  readonly config: string;
  /** Folder of the built page. */
  readonly folder: string;
  readonly sources: readonly string[];
}

const keyboard: Page = {
  config: 'demo-keyboard-app/vite.config.ts',
  folder: 'demo-keyboard-app/dist/page',
  sources: [
    'package-lock.json',
    'scripts/compressed.mjs',
    'demo-keyboard-app/index.html',
    'demo-keyboard-app/vite.config.ts',
    'demo-keyboard-app/public',
    'demo-keyboard-app/src',
    'demo-keyboard-app/task',
    'ui/src',
    'client-sdk/src',
    'engine/src',
    'protocol/src',
  ],
};

const dashboard: Page = {
  config: 'coordinator/dashboard/vite.config.ts',
  folder: 'coordinator/server/dist/dashboard',
  sources: [
    'package-lock.json',
    'scripts/compressed.mjs',
    'coordinator/dashboard/index.html',
    'coordinator/dashboard/vite.config.ts',
    'coordinator/dashboard/public',
    'coordinator/dashboard/src',
    'ui/src',
    'coordinator/api/src/role.ts',
    'protocol/src/errors/errors.ts',
    'protocol/src/time/system-clock.ts',
  ],
};

/** Page that is ready to be served. */
export interface BuiltPage {
  readonly folder: string;
  /** True if this call built it. */
  readonly isNew: boolean;
}

/**
 * Returns the keyboard's page. Builds it if necessary, which takes some seconds; `progress` is called with
 * the number of modules read so far.
 */
export function keyboardPage(progress: (modules: number) => void): Promise<BuiltPage> {
  return builtPage(keyboard, progress);
}

/**
 * Returns the operators' dashboard, in the folder where a coordinator that runs from its sources finds it.
 */
export function dashboardPage(progress: (modules: number) => void): Promise<BuiltPage> {
  return builtPage(dashboard, progress);
}

/** Builds a page if its sources have changed since the last build. */
async function builtPage(
  { config, folder: path, sources }: Page,
  progress: (modules: number) => void,
): Promise<BuiltPage> {
  const built = join(root, path);
  /** File with the hash of the sources of the built page. */
  const mark = `${built}.sha256`;
  const key = await keyOf(sources);
  const isBuilt = async () => (await readFile(mark, 'utf8').catch(() => '')) === key;
  if (await isBuilt()) return { folder: built, isNew: false };
  return oneAtATime(path, async () => {
    // Another process may have built it meanwhile.
    if (await isBuilt()) return { folder: built, isNew: false };
    const { build } = await import('vite');
    // The new build replaces the old one only once it is complete.
    const folder = `${built}.new`;
    await sparingEnvironment(() =>
      build({
        configFile: join(root, config),
        logLevel: 'error',
        build: { outDir: folder, emptyOutDir: true },
        plugins: [counted(progress)],
      }),
    );
    await rm(built, { recursive: true, force: true });
    await rename(folder, built);
    await writeFile(mark, key);
    return { folder: built, isNew: true };
  });
}

/** Runs `work` while no other process runs work of this name; the lock of a dead process is released. */
async function oneAtATime<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const locks = join(root, 'node_modules/.cache/murmuration');
  await mkdir(locks, { recursive: true });
  const free = await takeLock(join(locks, `${name.replaceAll('/', '-')}.lock`), buildTimeout);
  if (!free) throw new Error(`Another process builds ${name}, and does not come to an end.`);
  try {
    return await work();
  } finally {
    await free();
  }
}

/** Runs the bundler and restores `NODE_ENV`, which the bundler sets to "production" for the whole process. */
async function sparingEnvironment<Built>(build: () => Promise<Built>): Promise<Built> {
  const { NODE_ENV } = process.env;
  try {
    return await build();
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

/** Returns the SHA-256 of files and folders by name and content; paths start at the repository's root. */
async function keyOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesIn(path)) {
      hash.update(`${file}\0`);
      hash.update(
        createHash('sha256')
          .update(await readFile(join(root, file)))
          .digest(),
      );
    }
  }
  return hash.digest('hex');
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true }).catch(() => null);
  if (!entries) return [path];
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

function counted(progress: (modules: number) => void): Plugin {
  let modules = 0;
  return {
    name: 'counted',
    moduleParsed() {
      modules += 1;
      progress(modules);
    },
  };
}
