import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import { errors } from '@murmuration/protocol/errors';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { CoordinatorEvents } from '../events.ts';
import { problemHandler, sendProblem } from './problem.ts';

export type App = FastifyInstance<
  import('node:http').Server,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** The HTTP application without its routes: validation, problem documents, security headers and the OpenAPI document. */
export async function createApp(settings: {
  events: CoordinatorEvents;
  cors: readonly string[];
}): Promise<App> {
  const handleError = problemHandler(settings.events);
  const app = Fastify({
    logger: false,
    // What goes wrong before a route is found, such as an address that can't be decoded.
    frameworkErrors: handleError,
    bodyLimit: 65_536,
    requestTimeout: 120_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, 'request.not-found', errors['request.not-found'].text),
  );
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  await app.register(helmet, { crossOriginResourcePolicy: { policy: 'cross-origin' } });
  await app.register(cors, {
    origin: [...settings.cors],
    methods: ['GET', 'HEAD', 'PUT'],
    exposedHeaders: ['etag', 'content-range'],
  });
  await app.register(swagger, {
    openapi: { info: { title: 'Murmuration coordinator', version: '1' } },
    transform: jsonSchemaTransform,
  });
  return app;
}
