import type { RouteOptions } from 'fastify';
import * as z from 'zod';
import { problem } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * True if a route accepts query parameters that it does not know, such as those of caches and third-party
     * tools.
     */
    readonly takesAnyParameter?: boolean;
  }
}

/** Paths of Murmuration's own API; others are files, or the interface of third-party clients. */
const ownPath = /^\/v1\/(?:admin|tasks|rounds|connections?)(?:\/|$)/;

/** Part of an application that announces routes. */
interface Routed {
  addHook(name: 'onRoute', hook: (route: RouteOptions) => void): unknown;
}

/**
 * Makes the own API routes added from now on refuse unknown query parameters with `request.invalid`:
 * otherwise `?limt=5` would list everything. Forwarded requests are left to their receiver.
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
