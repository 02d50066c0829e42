import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installFrom } from './installed.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The libraries, each after those that it needs. */
export const libraries = [
  'protocol',
  'privacy',
  'engine',
  'api',
  'inference-client',
  'monitoring',
  'sql',
  'serving',
  'rounds',
  'lifecycle',
  'storage',
  'coordinator',
  'client-sdk',
];

/**
 * An app of somebody else, into which the packages are installed as they are packed. What they depend on comes from the repository's own
 * `node_modules`, so that nothing is fetched: all that is there, linked, or what they depend on and nothing else, copied.
 */
export class PackedApp {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'murmuration-app-')));

  /** `packages` by their names, which lie packed in the folder `packs`. */
  constructor(packages: readonly string[], packs: string, dependencies: 'linked' | 'copied' = 'linked') {
    const modules = join(this.folder, 'node_modules');
    mkdirSync(join(modules, '@murmuration'), { recursive: true });
    this.write('package.json', JSON.stringify({ name: 'app', private: true, type: 'module' }));
    for (const name of packages) {
      const target = join(modules, '@murmuration', name);
      mkdirSync(target);
      const pack = readdirSync(packs).find(file => new RegExp(`^murmuration-${name}-\\d`).test(file));
      run('tar', ['-xzf', join(packs, pack!), '-C', target, '--strip-components', '1'], this.folder);
      if (dependencies === 'copied') continue;
      // What npm puts below a package, since another version is needed elsewhere.
      const own = join(root, name, 'node_modules');
      for (const each of namesIn(own)) link(join(own, each), join(target, 'node_modules', each));
    }
    if (dependencies === 'copied') {
      installFrom(root, this.folder);
      return;
    }
    const shared = join(root, 'node_modules');
    for (const each of namesIn(shared))
      if (!each.startsWith('@murmuration/')) link(join(shared, each), join(modules, each));
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Runs Node in the app, without loaders and conditions of the repository; what it printed. */
  node(...args: string[]): { readonly status: number | null; readonly output: string } {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: this.folder,
      env,
      encoding: 'utf8',
    });
    return { status, output: `${stdout}${stderr}` };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function run(command: string, args: string[], cwd: string): void {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}: ${stderr}`);
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'dir');
}

/** The packages of a `node_modules`, scoped ones by their whole name. */
function namesIn(modules: string): string[] {
  const within = (folder: string): string[] => {
    try {
      return readdirSync(folder).filter(name => !name.startsWith('.'));
    } catch {
      return [];
    }
  };
  return within(modules).flatMap(name =>
    name.startsWith('@') ? within(join(modules, name)).map(each => `${name}/${each}`) : [name],
  );
}
