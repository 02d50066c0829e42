import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const app = join(root, 'demo-keyboard-app');
const built = join(app, 'dist', 'page');
/** Names the sources that the built page was made of. */
const mark = join(app, 'dist', 'page.sha256');

/** What the page is made of, from the root of the repository. */
const sources = [
  'package-lock.json',
  'demo-keyboard-app/index.html',
  'demo-keyboard-app/vite.config.ts',
  'demo-keyboard-app/public',
  'demo-keyboard-app/src',
  'demo-keyboard-app/task',
  'client-sdk/src',
  'engine/src',
  'protocol/src',
];

/**
 * The folder of the keyboard's page, built where its sources have changed since the last time; that takes some seconds. `progress`
 * hears how many modules are read.
 */
export async function keyboardPage(
  progress: (modules: number) => void,
): Promise<{ readonly folder: string; readonly isNew: boolean }> {
  const key = await keyOf(sources);
  if ((await readFile(mark, 'utf8').catch(() => '')) === key) return { folder: built, isNew: false };
  const { build } = await import('vite');
  // Beside the old one until it is whole; two that build at once do not meet.
  const folder = `${built}.${process.pid}`;
  const { NODE_ENV } = process.env;
  try {
    await build({
      configFile: join(app, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: folder },
      plugins: [counted(progress)],
    });
  } finally {
    // The bundler says "production" to all that runs in this process.
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  await rm(built, { recursive: true, force: true });
  await rename(folder, built);
  await writeFile(mark, key);
  return { folder: built, isNew: true };
}

/** SHA-256 of these files and folders, by name and content. */
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
