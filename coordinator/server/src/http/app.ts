import cors, { type FastifyCorsOptions } from '@fastify/cors';
import helmet from '@fastify/helmet';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  connectionHeader,
  connectionPath,
  connectionsPath,
  eventHeader,
  expectsHeader,
  newestHeader,
  numberHeader,
} from '@murmuration/protocol/messages/polling';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Rates } from '@murmuration/protocol/time/rates';
import { isSecure, originOf } from '@murmuration/rounds/limits/address';
import { watchReceiveRate } from '@murmuration/rounds/limits/receive-rate';
import { blockLength } from '@murmuration/rounds/registry/stored-bytes';
import { watchSendRate } from '@murmuration/serving/limits/send-rate';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { describeRoutes, zodCompilers } from './api-description.ts';
import type { Certificate } from './certificate.ts';
import { type ConnectionBounds, Connections, parserProblem } from './connections.ts';
import { refuseUnknownParameters } from './parameters.ts';
import { endWithProblem, problemHandler } from './problem.ts';
import { boundServer } from './server.ts';

type CorsCallback = (error: Error | null, options: FastifyCorsOptions) => void;

/** Seconds for which a browser caches a preflight answer, the longest that browsers honour. */
const preflightAge = 7_200;

export type App = FastifyInstance<
  import('node:http').Server,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Counts a request as `cost` further requests of its address. Throws `request.too-often` if these are
     * more than it may send now.
     */
    charge(request: Pick<FastifyRequest, 'raw'>, cost: number): void;
  }
}

export interface AppSettings extends ConnectionBounds {
  readonly cors: readonly string[];
  readonly clock: Clock;
  /** Certificate; with one, the server speaks only TLS. */
  readonly tls?: Certificate | undefined;
}

/**
 * Creates the HTTP application without its routes: validation, limits, problem documents, security headers
 * and the OpenAPI document.
 */
export async function createApp(settings: AppSettings): Promise<App> {
  const { events, tls } = settings;
  const connections = new Connections(settings);
  const handleError = problemHandler(events);
  const app = Fastify({
    logger: false,
    // Handles errors before routing, such as an address that can't be decoded.
    frameworkErrors: handleError,
    clientErrorHandler(cause, socket) {
      const error = parserProblem(cause);
      if (!error) {
        socket.destroy();
        return;
      }
      events.emit('refused', 'http', error.code, error.detail);
      endWithProblem(socket, error);
    },
    bodyLimit: 65_536,
    serverFactory: listener => boundServer(listener, connections, tls),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
    schemaController: zodCompilers,
  }).withTypeProvider<ZodTypeProvider>();
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(() => {
    throw new MurmurationError(
      'request.not-found',
      'There is nothing at this address; GET /openapi.json lists the routes, GET /v1/tasks the tasks.',
    );
  });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.addHook('preClose', async () => connections.close());
  boundRequests(app, settings);
  await app.register(helmet, {
    // Answers load nothing, and pages set a policy of their own. Headers that only matter for pages would be
    // half of a small answer.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    dnsPrefetchControl: false,
    ieNoOpen: false,
    originAgentCluster: false,
    permittedCrossDomainPolicies: false,
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    // Set below, because it may only be sent over TLS (RFC 6797, §7.2).
    strictTransportSecurity: false,
  });
  app.addHook('onRequest', async ({ raw }, reply) => {
    // No `includeSubDomains`: other hosts of the domain are not the coordinator's.
    if (isSecure(raw, settings.trustedProxies)) reply.header('strict-transport-security', 'max-age=31536000');
  });
  const shared: FastifyCorsOptions = {
    origin: [...settings.cors],
    methods: ['GET', 'HEAD', 'PUT'],
    exposedHeaders: ['etag', 'content-range', 'retry-after'],
    // Any OPTIONS request gets an answer, also from clients other than browsers.
    strictPreflight: false,
  };
  const ofConnections: FastifyCorsOptions = {
    ...shared,
    methods: ['GET', 'POST', 'DELETE'],
    exposedHeaders: ['retry-after', connectionHeader, eventHeader, numberHeader, newestHeader, expectsHeader],
    maxAge: preflightAge,
  };
  await app.register(cors, () => (request: FastifyRequest, options: CorsCallback) => {
    // Pages of other origins may only post to connections.
    options(null, isOfConnection(request.url) ? ofConnections : shared);
  });
  refuseUnknownParameters(app);
  describeRoutes(app);
  return app;
}

/** Refuses requests that come too often, compressed or missing bodies, and clients that do not read. */
function boundRequests(app: App, { clock, events, limits, trustedProxies }: AppSettings): void {
  const rates = new Rates(limits.requestsPerAddress, clock);
  const charge = ({ raw }: Pick<FastifyRequest, 'raw'>, cost: number) => {
    const wait = rates.take(originOf(raw, trustedProxies), cost);
    if (wait > 0) throw new MurmurationError('request.too-often', undefined, { after: wait });
  };
  app.decorate('charge', charge);
  app.addHook('onRequest', async request => {
    const { raw } = request;
    const { headers } = raw;
    charge(request, 1);
    const hosts = raw.rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name)).length;
    if (hosts > 1 || (raw.httpVersion === '1.1' && hosts === 0))
      throw new MurmurationError('request.invalid', 'A request names one host in a header.');
    // A few compressed bytes could unpack to any number; routes that accept them have a limit of their own.
    const { takesCompressed } = request.routeOptions.config as { readonly takesCompressed?: boolean };
    if (!takesCompressed && (headers['content-encoding'] ?? 'identity') !== 'identity')
      throw new MurmurationError('request.unsupported', 'Bodies are taken as they are, not compressed.');
  });
  app.addHook('preParsing', async ({ raw, url, method, routeOptions }) => {
    if (raw.headers['content-length'] === undefined && raw.headers['transfer-encoding'] === undefined) return;
    watchReceiveRate(raw, limits, clock, () => {
      const error = new MurmurationError('request.too-slow');
      events.emit('refused', `${method} ${routeOptions.url ?? 'unknown'}`, error.code, error.detail);
      endWithProblem(raw.socket, error, url);
    });
  });
  app.addHook('onSend', ({ method, routeOptions }, { raw }, payload, done) => {
    watchSendRate(raw, limits, blockLength, clock, () => {
      const { code } = new MurmurationError('request.too-slow');
      events.emit(
        'refused',
        `${method} ${routeOptions.url ?? 'unknown'}`,
        code,
        'The answer was not read in time.',
      );
      raw.socket?.destroy();
    });
    done(null, payload);
  });
}

/** True for paths of connections over plain HTTP, which devices open, ask on and poll. */
function isOfConnection(url: string): boolean {
  const path = url.split('?', 1)[0]!;
  return path === connectionsPath || path === connectionPath || path.startsWith(`${connectionPath}/`);
}
