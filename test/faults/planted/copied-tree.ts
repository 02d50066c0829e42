import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What tests read beside the packages. */
const others = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vitest.config.ts',
  'scripts',
  'docs',
  'deploy',
];
/** What is kept of compiled kernels: none is compiled for a copy that leaves them as they are. */
const kernels = 'node_modules/.cache/murmuration/kernels';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Does `work` in a temporary folder with the sources as they are, which find each other there and all else where it is installed; then the folder
 * is removed.
 */
export async function withCopiedTree<Result>(work: (copy: string) => Promise<Result>): Promise<Result> {
  const copy = await mkdtemp(join(tmpdir(), 'murmuration-planted-'));
  try {
    const installed = join(copy, 'node_modules');
    await mkdir(join(installed, '@murmuration'), { recursive: true });
    await link(join(root, 'node_modules'), installed);
    const filter = (path: string) => !['dist', 'node_modules'].includes(basename(path));
    const copied = (name: string) => cp(join(root, name), join(copy, name), { recursive: true, filter });
    for (const { folder, name } of await packages()) {
      await copied(folder);
      await symlink(join(copy, folder), join(installed, name), 'junction');
      await link(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'));
    }
    for (const name of others) await copied(name);
    await mkdir(dirname(join(copy, kernels)), { recursive: true });
    await symlink(join(root, kernels), join(copy, kernels), 'junction');
    return await work(copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function packages(): Promise<readonly { readonly folder: string; readonly name: string }[]> {
  const manifest = async (folder: string) =>
    JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'));
  const { workspaces } = (await manifest('.')) as { workspaces: readonly string[] };
  return Promise.all(workspaces.map(async folder => ({ folder, name: (await manifest(folder)).name })));
}

/** Lets what is installed in one folder, if there is any, be found in another; packages of our own are not. */
async function link(from: string, to: string): Promise<void> {
  const names = await readdir(from).catch(() => []);
  if (names.length > 0) await mkdir(to, { recursive: true });
  for (const name of names)
    if (!name.startsWith('.') && name !== '@murmuration')
      await symlink(join(from, name), join(to, name), 'junction');
}
