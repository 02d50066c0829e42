import Fastify, { type FastifyInstance, type FastifyServerOptions, type RouteOptions } from 'fastify';
import { jsonSchemaTransform, serializerCompiler } from 'fastify-type-provider-zod';
import { validatorCompiler } from './validator.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** All routes as OpenAPI 3 describes them. To be asked once they are all there. */
    describe(): Promise<Readonly<Record<string, unknown>>>;
  }
}

/**
 * Given to Fastify when it is made instead of set afterwards: it loads no compilers of its own then, half a megabyte of code. Its types know
 * no others.
 */
export const zodCompilers = {
  compilersFactory: {
    buildValidator: () => validatorCompiler,
    buildSerializer: () => serializerCompiler,
  },
} as unknown as NonNullable<FastifyServerOptions['schemaController']>;

/** What of an application tells of its routes, whatever its logger and its types. */
interface Describable {
  addHook(name: 'onRoute', hook: (route: RouteOptions) => void): unknown;
  decorate(name: 'describe', describe: FastifyInstance['describe']): unknown;
}

/**
 * Lets an application describe the routes that are added to it from now on. What writes the description is loaded for that, and reads the
 * routes from an application that nobody asks: most coordinators are never asked for one, which costs 2 MB.
 */
export function describeRoutes(app: Describable): void {
  // Not what they are now: those who guard routes add to their schemas.
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
