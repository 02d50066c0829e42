import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** What npm installs with a package of this manifest, by name, besides what only runs on other systems. */
function requiredBy(folder: string): string[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const optional = manifest.peerDependenciesMeta ?? {};
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter(name => !optional[name]?.optional);
  return [...Object.keys(manifest.dependencies ?? {}), ...peers];
}

/**
 * Copies what the packages of `folder`/node_modules/@murmuration depend on, and what that depends on, out of the `node_modules` of `root`, each
 * to where it lies there: what `npm install` puts into an empty folder.
 */
export function installFrom(root: string, folder: string): void {
  const own = join(folder, 'node_modules/@murmuration');
  const done = new Set<string>();
  const install = (from: string, name: string): void => {
    const found = lookUp(root, from, name);
    if (done.has(found)) return;
    done.add(found);
    const path = relative(root, found);
    const workspace = /^([\w-]+)\/node_modules\//.exec(path.replaceAll(sep, '/'));
    const target = workspace ? join(own, workspace[1]!, relative(workspace[1]!, path)) : join(folder, path);
    cpSync(found, target, {
      recursive: true,
      dereference: true,
      filter: file => file === found || basename(file) !== 'node_modules',
    });
    for (const each of requiredBy(found)) install(found, each);
  };
  for (const name of readdirSync(own))
    for (const each of requiredBy(join(own, name)))
      if (!each.startsWith('@murmuration/')) install(join(root, name), each);
}

/** As Node does: in the `node_modules` of each folder above. */
function lookUp(root: string, from: string, name: string): string {
  const found = join(from, 'node_modules', name);
  if (existsSync(found)) return found;
  if (relative(root, from) === '') throw new Error(`${name} is not installed in ${root}.`);
  return lookUp(root, dirname(from), name);
}

/** The bytes of each package under a `node_modules`, without the packages below it, the largest first. */
export function sizesOf(modules: string): [name: string, bytes: number][] {
  const found = new Map<string, number>();
  for (const path of readdirSync(modules, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(join(modules, path));
    if (!stats.isFile()) continue;
    const own = path.split(`${sep}node_modules${sep}`).at(-1)!.split(sep);
    const name = own.slice(0, own[0]!.startsWith('@') ? 2 : 1).join('/');
    found.set(name, (found.get(name) ?? 0) + stats.size);
  }
  return [...found].sort(([, a], [, b]) => b - a);
}
