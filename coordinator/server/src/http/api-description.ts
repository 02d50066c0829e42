import Fastify, { type FastifyInstance, type FastifyServerOptions, type RouteOptions } from 'fastify';
import { jsonSchemaTransform, serializerCompiler } from 'fastify-type-provider-zod';
import { validatorCompiler } from './validator.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Returns the OpenAPI 3 description of all routes; call it once all routes are registered. */
    describe(): Promise<Readonly<Record<string, unknown>>>;
  }
}

/**
 * Compilers to pass to Fastify's constructor: if they are set later, Fastify loads its own, half a megabyte
 * of code. The constructor's type does not list them.
 */
export const zodCompilers = {
  compilersFactory: {
    buildValidator: () => validatorCompiler,
    buildSerializer: () => serializerCompiler,
  },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>;

/** Part of an application that announces routes, independent of its logger and types. */
interface Describable {
  addHook(name: 'onRoute', hook: (route: RouteOptions) => void): unknown;
  decorate(name: 'describe', describe: FastifyInstance['describe']): unknown;
}

/**
 * Describes the routes that are added to an application from now on. The writer of the description is only
 * loaded on request, and reads the routes from a second application that serves nothing: most coordinators
 * never need the description, which costs 2 MB.
 */
export function describeRoutes(app: Describable): void {
  // Keeps references, because guards add to a route's schema later.
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', route => {
    if (route.method !== 'HEAD') routes.push(route);
  });
  app.decorate('describe', async () => {
    const { default: swagger } = await import('@fastify/swagger');
    const described = Fastify({ logger: false, exposeHeadRoutes: false, schemaController: zodCompilers });
    await described.register(swagger, {
      openapi: {
        info: {
          title: 'Murmuration coordinator',
          version: '1',
          description:
            'Routes that tell the answer 400 refuse a parameter in the query of the address that they do not have.',
        },
        components: {
          securitySchemes: {
            operatorToken: { type: 'http', scheme: 'bearer' },
            connectionToken: { type: 'http', scheme: 'bearer' },
            session: { type: 'apiKey', in: 'cookie', name: 'murmuration' },
          },
        },
      },
      transform: jsonSchemaTransform,
    });
    for (const { method, url, schema } of routes)
      described.route({ method, url, ...(schema && { schema }), handler: async () => {} });
    await described.ready();
    return described.swagger() as unknown as Readonly<Record<string, unknown>>;
  });
}
