import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { httpStatusOf } from '@murmuration/protocol/errors/statuses';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Right } from '../access/access.ts';
import { anybody, type Holder } from '../access/holder.ts';
import { modelsFor, type ServerModels } from '../access/own-models.ts';
import type { BodyShare } from '../server/body-budget.ts';
import { codedOf } from '../server/coded.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import { idHeader } from '../server/request-id.ts';
import { OneSignal, type Signal } from '../server/signal.ts';
import { receive } from './body.ts';
import { countUnread } from './unread.ts';

/** Dependencies of the routes of all protocols. */
export interface DoorPorts {
  readonly server: InferenceServer;
  /**
   * Admits a request and returns its holder, or throws `inference.unauthenticated`, `inference.forbidden`, or
   * `request.too-often`.
   */
  readonly admit: (request: FastifyRequest, ...rights: readonly Right[]) => Holder;
  /** Throws `inference.unavailable` if a dependency other than the server is not ready. */
  readonly requireReady?: () => void;
  /** Makes an id for a request without one; if undefined, such requests have none. */
  readonly newId?: (() => string) | undefined;
  /** Called for faults of this server, and for refused requests. */
  readonly fault: (where: string, error: unknown) => void;
  readonly refused: (where: string, error: MurmurationError) => void;
  /** Version of this software. */
  readonly version: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Share of the body budget for its body and its answer. */
    share: BodyShare | null;
    /** Holder that it was let in as; null if its route needs no right. */
    holder: Holder | null;
  }
  interface FastifySchema {
    summary?: string;
    hide?: boolean;
  }
  interface FastifyContextConfig {
    /** True if bodies may be compressed: the route bounds their unpacked size. */
    takesCompressed?: boolean;
    /** Rights, one of them needed by a request; undefined if the route is open to all. */
    rights?: readonly Right[];
  }
}

/**
 * Adds a scope to an app in which bodies are read as bytes, whatever their content type, errors are
 * `{"error": …}`, and each route needs the right that its configuration names.
 */
export function openDoor(
  app: FastifyInstance,
  { server, admit, newId, fault, refused }: DoorPorts,
  routes: (scope: FastifyInstance) => void,
): void {
  app.register(async scope => {
    const { arrivals, bodies, limits } = server;
    scope.decorateRequest('share', null).decorateRequest('holder', null);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (request, payload, done) => {
      const most = Math.min(request.routeOptions.bodyLimit, limits.body);
      receive(payload, { most, share: shareOf(request), arrivals }, done);
    });
    // Callbacks rather than promises: these hooks run for every request and need no extra turn.
    scope.addHook('onRequest', (request, _reply, done) => {
      const { rights } = request.routeOptions.config;
      let refusal: Error | undefined;
      try {
        if (rights) request.holder = admit(request, ...rights);
      } catch (error) {
        refusal = error as Error;
      }
      done(refusal);
    });
    if (newId)
      scope.addHook('onRequest', (request, reply, done) => {
        if (request.method === 'POST') nameRequest(request, reply, newId);
        done();
      });
    const shareOf = (request: FastifyRequest): BodyShare => {
      request.share ??= bodies.share(holderOf(request).id);
      return request.share;
    };
    scope.addHook('preParsing', (request, { raw }, _payload, done) => {
      const share = shareOf(request);
      raw.once('close', () => share.giveBack());
      done();
    });
    countUnread(scope, shareOf);
    scope.setErrorHandler((error: FastifyError, request, reply) => {
      const coded = classify(error);
      const where = `${request.method} ${request.routeOptions.url ?? 'unknown'}`;
      // A client that disconnects before its body has arrived is neither answered nor counted.
      if (request.raw.destroyed && !request.raw.complete) return reply.hijack();
      if (coded.code === 'server.internal') fault(where, error);
      else refused(where, coded);
      // Otherwise Node would read the rest of a rejected body to its end.
      if (!request.raw.complete && givenUp.includes(coded.code)) reply.header('connection', 'close');
      return sendError(reply, coded);
    });
    routes(scope);
  });
}

const givenUp: readonly string[] = ['request.too-large', 'request.too-slow', 'prediction.too-many'];

export function holderOf({ holder }: Pick<FastifyRequest, 'holder'>): Holder {
  return holder ?? anybody;
}

/** Returns the models of a server that a request may ask. */
export function modelsOf(server: InferenceServer, request: Pick<FastifyRequest, 'holder'>): ServerModels {
  return modelsFor(server, holderOf(request));
}

/** Returns options of a route that needs one of the rights; `summary` describes it. */
export function asking(right: Right | readonly Right[], summary: string, bodyLimit?: number) {
  const config = { rights: [right].flat(), takesCompressed: true };
  return { schema: { summary }, config, ...(bodyLimit !== undefined && { bodyLimit }) };
}

/** Returns options of a route that is open to all. */
export function opened(summary: string) {
  return { schema: { summary } };
}

/** Options of a route that descriptions leave out. */
export const unnamed = { schema: { hide: true } };

/** Returns a signal that is aborted when the client disconnects before it is answered. */
export function clientSignal({ raw }: FastifyReply): Signal {
  const signal = new OneSignal();
  raw.on('close', () => {
    if (!raw.writableFinished)
      signal.abort(new MurmurationError('prediction.timeout', 'The client is gone.'));
  });
  return signal;
}

/** Gives an id to a request that may become a prediction, and returns it in a header. */
function nameRequest({ headers }: FastifyRequest, reply: FastifyReply, newId: () => string): void {
  headers[idHeader] ??= newId();
  reply.header(idHeader, headers[idHeader]);
}

function sendError(reply: FastifyReply, error: MurmurationError): FastifyReply {
  const { code, detail, retryable, after = 1_000 } = error;
  const status = httpStatusOf(error);
  if (code === 'inference.unauthenticated') reply.header('www-authenticate', 'Bearer');
  if (retryable) reply.header('retry-after', String(Math.max(1, Math.ceil(after / 1_000))));
  return reply
    .status(status)
    .header('cache-control', 'no-store')
    .type('application/json')
    .serializer(JSON.stringify)
    .send({ error: detail });
}

function classify(error: FastifyError): MurmurationError {
  const { statusCode: status = 500 } = error;
  if (status === 413) return new MurmurationError('request.too-large', messageOf(error));
  if (status >= 400 && status < 500) return new MurmurationError('inference.input', messageOf(error));
  return codedOf(error);
}
