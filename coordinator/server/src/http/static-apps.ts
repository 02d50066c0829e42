import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { App } from './app.ts';
import { serveBuild } from './built-page.ts';

/** Page served next to the routes, such as the one through which an app's devices take part. */
export interface StaticApp {
  /** Folder of the bundler's output. */
  readonly folder: string;
  /** JSON documents served next to the files, by name: what the page needs to know about this coordinator. */
  readonly documents: Readonly<Record<string, unknown>>;
}

/**
 * Serves each app under its path, with the files that are in its folder now. Those below `assets/` have a
 * hash in their names, so caches keep them for good. Pages are isolated from other origins, which gives them
 * SharedArrayBuffer. Throws `config.invalid` for a missing folder.
 */
export async function serveApps(app: App, apps: Readonly<Record<string, StaticApp>>): Promise<void> {
  for (const [path, { folder, documents }] of Object.entries(apps)) {
    const root = resolve(folder);
    const isFolder = await stat(root).then(
      found => found.isDirectory(),
      () => false,
    );
    if (!isFolder)
      throw new MurmurationError(
        'config.invalid',
        `There is no folder ${root}, from which ${path} is served.`,
      );
    await app.register(async scope => {
      scope.get(path.slice(0, -1), { schema: { hide: true } }, (_request, reply) => reply.redirect(path));
      for (const [name, document] of Object.entries(documents)) {
        const body = JSON.stringify(document);
        scope.get(path + name, { schema: { hide: true } }, (_request, reply) =>
          reply.type('application/json').header('cache-control', 'no-store').send(body),
        );
      }
      await serveBuild(scope, {
        folder: root,
        path,
        scripts: "'self' 'wasm-unsafe-eval'",
        taken: new Set(Object.keys(documents)),
      });
    });
  }
}
