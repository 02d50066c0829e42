import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { App } from './app.ts';

/** A page that is served beside the routes, such as the one through which an app's devices take part. */
export interface StaticApp {
  /** Its files, as a bundler left them. */
  readonly folder: string;
  /** JSON documents beside the files, by name: what the page needs to know of this coordinator. */
  readonly documents: Readonly<Record<string, unknown>>;
}

/** Scripts, workers and WebAssembly of this origin alone; nothing inline, nothing of others. */
const policy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const immutable = 'public, max-age=31536000, immutable';
/** Kept, and asked for again each time. */
const revalidated = 'no-cache';

/**
 * Serves each app under its path. Files below `assets/` carry a hash in their names, so that caches keep them for good. Pages are isolated
 * from other origins, which gives them SharedArrayBuffer. The root leads to the app where there is one alone. Throws `config.invalid` for a folder that is not there.
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
      scope.addHook('onRequest', async (_request, reply) => {
        reply.headers({
          'content-security-policy': policy,
          'cross-origin-embedder-policy': 'require-corp',
          'cross-origin-resource-policy': 'same-origin',
        });
      });
      scope.get(path.slice(0, -1), { schema: { hide: true } }, (_request, reply) => reply.redirect(path));
      for (const [name, document] of Object.entries(documents)) {
        const body = JSON.stringify(document);
        scope.get(path + name, { schema: { hide: true } }, (_request, reply) =>
          reply.type('application/json').header('cache-control', 'no-store').send(body),
        );
      }
      await scope.register(fastifyStatic, {
        root,
        prefix: path,
        cacheControl: false,
        setHeaders(response, file) {
          const isHashed = /[\\/]assets[\\/][^\\/]+$/.test(file);
          response.setHeader('cache-control', isHashed ? immutable : revalidated);
        },
      });
    });
  }
  const [only, ...others] = Object.keys(apps);
  if (only !== undefined && others.length === 0)
    app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect(only));
}
