import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { FastifyInstance } from 'fastify';

/** Output of a bundler, and how it is served. */
interface BuiltPage {
  readonly folder: string;
  /** Path at which the page is served, with a trailing slash. */
  readonly path: string;
  /** Content-Security-Policy sources of the scripts that the page may run. */
  readonly scripts: string;
  /** Names under which something else is served. */
  readonly taken?: ReadonlySet<string>;
}

const immutable = 'public, max-age=31536000, immutable';
/** Caches keep it, but revalidate each time. */
const revalidated = 'no-cache';

/**
 * Serves a page within `scope`, whose other routes get the same headers: only scripts, workers and
 * connections of this origin, nothing inline. Its files are those in the folder at the start, without links
 * and names that begin with a dot; those below `assets/` have a hash in their names, so caches keep them for
 * good. A file with a gzip or brotli copy is sent as that copy to clients that accept it. Throws
 * `config.invalid` for a file that no address can name.
 */
export async function serveBuild(
  scope: Pick<FastifyInstance, 'addHook' | 'register' | 'get'>,
  { folder, path, scripts, taken = new Set() }: BuiltPage,
): Promise<void> {
  const policy = [
    "default-src 'self'",
    `script-src ${scripts}`,
    "worker-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
  await scope.register(fastifyStatic, {
    root: folder,
    serve: false,
    cacheControl: false,
    preCompressed: true,
    setHeaders(response, file) {
      const isHashed = /[\\/]assets[\\/][^\\/]+$/.test(file);
      response.setHeader('cache-control', isHashed ? immutable : revalidated);
    },
  });
  const serve = (at: string, file: string) =>
    scope.get(at, { schema: { hide: true } }, (_request, reply) => {
      const others = reply.getHeader('vary');
      reply.header('vary', [...(others ? [others] : []), 'accept-encoding'].join(', '));
      return reply.sendFile(file);
    });
  for (const file of await filesOf(folder)) {
    if (taken.has(file)) continue;
    serve(path + file, file);
    if (file === 'index.html') serve(path, file);
  }
}

/**
 * Returns the files in a folder and its subfolders as relative paths with slashes, without links and names
 * that begin with a dot.
 */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(file => !/(^|\/)\./.test(file));
  const odd = files.find(file => /[*:?#%\\]/.test(file));
  if (odd !== undefined)
    throw new MurmurationError(
      'config.invalid',
      `${join(folder, odd)} can't be served: rename it without any of *:?#%\\.`,
    );
  const all = new Set(files);
  return files.filter(file => !all.has(file.replace(/\.(gz|br)$/, '')) || !/\.(gz|br)$/.test(file));
}
