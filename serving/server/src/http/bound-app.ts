import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import Fastify, { type FastifyInstance } from 'fastify';
import { countedAddress } from '../limits/address.ts';
import { oneAtATime } from '../limits/pipeline.ts';
import { Quota } from '../limits/quota.ts';
import { watchSendRate } from '../limits/send-rate.ts';
import type { DoorPorts } from './door.ts';
import { blockLength } from './unread.ts';

/** Maximum connections in all, and from one address, which may be a proxy's. */
const connections = { most: 20_000, perAddress: 10_000 };
/** Maximum requests of one connection that wait for their answers. */
const inFlight = 16;
/** Maximum ms for a request to arrive, and ms after which a connection without traffic is closed. */
const arrivalTimeoutMs = 60_000;
/** Milliseconds that a connection is kept open for another request. */
const keepAlive = 72_000;
/**
 * Minimum bytes per second at which an answer is read, over periods of `patience` ms, or as long as a block
 * takes at that rate if that is longer.
 */
const reading = { slowest: 2_048, patience: 10_000 };

/**
 * Makes an app without routes that bounds connections and requests, and gives up answers that are read too
 * slowly.
 */
export function boundApp(clock: Clock, refused: DoorPorts['refused']): FastifyInstance {
  const app = Fastify({
    logger: false,
    routerOptions: { maxParamLength: 256 },
    forceCloseConnections: true,
    serverFactory: listener => {
      const handle = oneAtATime(listener, inFlight, ({ socket }) => {
        refused('a connection', new MurmurationError('request.too-many'));
        // An answer would come between those under way.
        socket.destroy();
      });
      const server = createServer({ requestTimeout: arrivalTimeoutMs, keepAliveTimeout: keepAlive }, handle);
      server.timeout = arrivalTimeoutMs;
      boundConnections(server, refused);
      return server;
    },
  });
  app.addHook('onSend', ({ method, routeOptions }, { raw }, payload, done) => {
    watchSendRate(raw, reading, blockLength, clock, () => {
      const error = new MurmurationError('request.too-slow', 'The answer was not read in time.');
      refused(`${method} ${routeOptions.url ?? 'unknown'}`, error);
      raw.socket?.destroy();
    });
    done(null, payload);
  });
  return app;
}

function boundConnections(server: Server, refused: DoorPorts['refused']): void {
  const places = new Quota(connections.most, connections.perAddress);
  server.on('connection', (socket: Socket) => {
    const leave = places.take(countedAddress(socket.remoteAddress ?? ''));
    if (leave) socket.once('close', leave);
    else {
      refused('a connection', new MurmurationError('server.busy'));
      socket.destroy();
    }
  });
}
