import type { RouteOptions } from 'fastify';
import * as z from 'zod';
import { problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the address of a route may have parameters that it does not know: those of caches, and of tools that are not ours. */
    readonly takesAnyParameter?: boolean;
  }
}

/** Addresses of our own API; all others are files, or what other people's clients ask. */
const ownPath = /^\/v1\/(?:admin|tasks|rounds|connections?)(?:\/|$)/;

/** What of an application hears of routes. */
interface Routed {
  addHook(name: 'onRoute', hook: (route: RouteOptions) => void): unknown;
}

/**
 * Has the routes of our own API that are added from now on refuse parameters that they don't have, with `request.invalid`: `?limt=5` would
 * list everything. What is passed on is left to those who answer it.
 */
export function refuseUnknownParameters(app: Routed): void {
  app.addHook('onRoute', route => {
    const { schema = {}, config } = route;
    if (!ownPath.test(route.url) || schema.hide || config?.takesAnyParameter) return;
    const { querystring = z.object({}), response } = schema as {
      readonly querystring?: z.ZodObject;
      readonly response?: object;
    };
    route.schema = { ...schema, querystring: querystring.strict(), response: { 400: problem, ...response } };
  });
}
