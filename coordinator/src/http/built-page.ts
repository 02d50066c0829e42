import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** What a bundler left, and how it is served. */
interface BuiltPage {
  readonly folder: string;
  /** Where it is served, with a slash at its end. */
  readonly path: string;
  /** Which scripts the page may run, as a policy names them. */
  readonly scripts: string;
}

const immutable = 'public, max-age=31536000, immutable';
/** Kept, and asked for again each time. */
const revalidated = 'no-cache';

/**
 * Serves a page within `scope`, whose other routes get the same headers: scripts, workers and connections of this origin alone, nothing
 * inline, nothing of others. Files below `assets/` carry a hash in their names, so that caches keep them for good.
 */
export async function serveBuild(
  scope: Pick<FastifyInstance, 'addHook' | 'register'>,
  { folder, path, scripts }: BuiltPage,
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
    prefix: path,
    // At the root each file has a route of its own, so that what is none is left to others.
    wildcard: path !== '/',
    cacheControl: false,
    setHeaders(response, file) {
      const isHashed = /[\\/]assets[\\/][^\\/]+$/.test(file);
      response.setHeader('cache-control', isHashed ? immutable : revalidated);
    },
  });
}
