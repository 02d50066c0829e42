import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { httpStatusOf } from '@murmuration/protocol/errors/statuses';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Right } from '../access/access.ts';
import { anybody, type Holder } from '../access/holder.ts';
import { type Models, modelsFor } from '../access/own-models.ts';
import type { BodyShare } from '../server/body-budget.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import { idHeader } from '../server/request-id.ts';
import { OneSignal, type Signal } from '../server/signal.ts';
import { receive } from './body.ts';
import { countUnread } from './unread.ts';

/** What the routes of all protocols stand on. */
export interface DoorPorts {
  readonly server: InferenceServer;
  /** Lets a request in, and returns as whom, or throws `inference.unauthenticated`, `inference.forbidden`, or `request.too-often`. */
  readonly admit: (request: FastifyRequest, ...rights: readonly Right[]) => Holder;
  /** Throws `inference.unavailable` where something besides the server is not ready. */
  readonly requireReady?: () => void;
  /** An id for a request that its client has not named; without it, such requests have none. */
  readonly newId?: (() => string) | undefined;
  /** Hears of what is ours to mend, and of what was refused. */
  readonly fault: (where: string, error: unknown) => void;
  readonly refused: (where: string, error: MurmurationError) => void;
  /** Of this software. */
  readonly version: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What its body and its answer have of the room for all. */
    share: BodyShare | null;
    /** As whom it was let in; null where its route asks for no right. */
    holder: Holder | null;
  }
  interface FastifySchema {
    summary?: string;
    hide?: boolean;
  }
  interface FastifyContextConfig {
    /** Bodies may come compressed: the route bounds what they unpack to. */
    takesCompressed?: boolean;
    /** The rights of which the route asks for one; none where anybody may ask. */
    rights?: readonly Right[];
  }
}

/**
 * A scope of an app in which bodies are taken as bytes, whatever their type or its absence says, refusals are `{"error": …}`, and each route
 * asks for the right that its configuration names.
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
    // By callbacks, which take no turn of their own: these run for every request.
    scope.addHook('onRequest', (request, _reply, done) => {
      const { rights } = request.routeOptions.config;
      done(
        rights === undefined
          ? undefined
          : refusalOf(() => {
              request.holder = admit(request, ...rights);
            }),
      );
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
      // Whoever is gone before its body has come is neither answered nor to blame.
      if (request.raw.destroyed && !request.raw.complete) return reply.hijack();
      if (coded.code === 'server.internal') fault(where, error);
      else refused(where, coded);
      // The rest of a body that is given up would be read to its end.
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

/** The models of a server that a request may ask. */
export function modelsOf(server: InferenceServer, request: Pick<FastifyRequest, 'holder'>): Models {
  return modelsFor(server, holderOf(request));
}

/** Options of a route that asks for a right, or one of several, and what it is for. */
export function asking(right: Right | readonly Right[], summary: string, bodyLimit?: number) {
  const config = { rights: [right].flat(), takesCompressed: true };
  return { schema: { summary }, config, ...(bodyLimit !== undefined && { bodyLimit }) };
}

/** Options of a route that is open to all. */
export function opened(summary: string) {
  return { schema: { summary } };
}

/** Options of a route that no description names. */
export const unnamed = { schema: { hide: true } };

/** Aborted when the client goes away before it is answered. */
export function clientSignal({ raw }: FastifyReply): Signal {
  const signal = new OneSignal();
  raw.on('close', () => {
    if (!raw.writableFinished)
      signal.abort(new MurmurationError('prediction.timeout', 'The client is gone.'));
  });
  return signal;
}

/** Names a request that may become a prediction, and tells its client the name. */
function nameRequest({ headers }: FastifyRequest, reply: FastifyReply, newId: () => string): void {
  headers[idHeader] ??= newId();
  reply.header(idHeader, headers[idHeader]);
}

/** What `check` throws; undefined where it throws nothing. */
function refusalOf(check: () => void): Error | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return error as Error;
  }
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
  if (error instanceof MurmurationError) return error;
  const status = error.statusCode ?? 500;
  if (status === 413) return new MurmurationError('request.too-large', messageOf(error));
  if (status >= 400 && status < 500) return new MurmurationError('inference.input', messageOf(error));
  return new MurmurationError('server.internal', 'The inference server failed; its log has the reason.');
}
