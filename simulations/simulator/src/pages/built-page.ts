import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLock } from '@murmuration/sql/sqlite/lock';
import type { Plugin } from 'vite';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
/** How long a build of another process is waited for, ms. */
const buildTimeout = 300_000;

/** A page, and what it is made of: paths from the root of the repository. */
interface Page {
  readonly config: string;
  /** Where it lies when it is built. */
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

/** A page that is ready to be served. */
export interface BuiltPage {
  readonly folder: string;
  /** Whether it was built just now. */
  readonly isNew: boolean;
}

/** The folder of the keyboard's page; `progress` hears how many modules are read where it has to be built, which takes some seconds. */
export function keyboardPage(progress: (modules: number) => void): Promise<BuiltPage> {
  return builtPage(keyboard, progress);
}

/** The folder of the operators' dashboard, where a coordinator that runs from its sources finds it. */
export function dashboardPage(progress: (modules: number) => void): Promise<BuiltPage> {
  return builtPage(dashboard, progress);
}

/** Builds a page where its sources have changed since the last time. */
async function builtPage(
  { config, folder: path, sources }: Page,
  progress: (modules: number) => void,
): Promise<BuiltPage> {
  const built = join(root, path);
  /** Names the sources that the built page was made of. */
  const mark = `${built}.sha256`;
  const key = await keyOf(sources);
  const isBuilt = async () => (await readFile(mark, 'utf8').catch(() => '')) === key;
  if (await isBuilt()) return { folder: built, isNew: false };
  return oneAtATime(path, async () => {
    // Another process may have built it meanwhile.
    if (await isBuilt()) return { folder: built, isNew: false };
    const { build } = await import('vite');
    // Beside the old one until it is whole.
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

/** Runs `work` while no other process runs work of this name; one that dies lets go of it. */
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

/** Runs the bundler, which says "production" to all that runs in this process, and takes that back. */
export async function sparingEnvironment<Built>(build: () => Promise<Built>): Promise<Built> {
  const { NODE_ENV } = process.env;
  try {
    return await build();
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

/** SHA-256 of these files and folders, given by their paths from the root of the repository, by name and content. */
export async function keyOf(paths: readonly string[]): Promise<string> {
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
