import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { root } from '../docs/documents.ts';

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** In the place of which dependencies the repository has others: npm's own registry has both. */
const { overrides } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  overrides: Readonly<Record<string, unknown>>;
};

/** The packages of the repository's own `node_modules`, by the names that npm asks for, with the folders of their versions. */
function foldersByName(): Map<string, Map<string, string>> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { readonly name?: string; readonly version?: string; readonly link?: boolean }>;
  };
  const found = new Map<string, Map<string, string>>();
  for (const [path, { name, version, link }] of Object.entries(packages)) {
    const at = path.lastIndexOf('node_modules/');
    if (at < 0 || link || !version) continue;
    const own = name ?? path.slice(at + 'node_modules/'.length);
    const versions = found.get(own) ?? new Map<string, string>();
    // The one at the top is the newest to those who name no version.
    if (!versions.has(version) || path.startsWith('node_modules/')) versions.set(version, join(root, path));
    found.set(own, versions);
  }
  return found;
}

/**
 * A registry that has what lies in the repository's `node_modules`, as npm left it there, and nothing else: npm installs from it without a
 * network, and gets 404 for whatever a reader can't have.
 */
export class LocalRegistry {
  readonly #server: Server;
  readonly #packages = foldersByName();
  /** What was asked for and is not there. */
  readonly missing = new Set<string>();

  private constructor() {
    this.#server = createServer(({ url }, response) => {
      const path = decodeURIComponent(new URL(url!, 'http://registry').pathname).slice(1);
      const [, name, version] = /^(.+)\/-\/(\d[^/]*)\.tgz$/.exec(path) ?? [];
      const folder = name && version && this.#packages.get(name)?.get(version);
      if (folder) {
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        const nested = `${basename(folder)}/node_modules`;
        const tar = spawn('tar', ['-czf', '-', '--exclude', nested, '-C', dirname(folder), basename(folder)]);
        tar.stdout.pipe(response);
        return;
      }
      const described = this.#describe(path);
      if (!described) this.missing.add(path);
      response.writeHead(described ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(described ?? { error: 'not_found' }));
    });
  }

  static async start(): Promise<LocalRegistry> {
    const registry = new LocalRegistry();
    await new Promise<void>(resolve => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #describe(name: string): object | undefined {
    const folders = this.#packages.get(name);
    if (!folders) return undefined;
    const versions: Record<string, object> = {};
    for (const [version, folder] of folders) {
      const manifest = manifestIn(folder);
      if (!manifest) continue;
      const dependencies = Object.fromEntries(
        Object.entries(manifest.dependencies ?? {}).map(([each, range]) => {
          const other = overrides[each];
          return [each, typeof other === 'string' ? other : range];
        }),
      );
      const dist = { tarball: `${this.url}/${name}/-/${version}.tgz` };
      versions[version] = { ...manifest, name, version, dependencies, dist };
    }
    const top = manifestIn(join(root, 'node_modules', name))?.version;
    const latest = top && versions[top] ? top : Object.keys(versions)[0];
    return latest ? { name, 'dist-tags': { latest }, versions } : undefined;
  }
}

/** What npm leaves out on this system is not there. */
function manifestIn(folder: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
