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

/** Connections in all, and of one address, which may be that of a proxy. */
const connections = { most: 20_000, perAddress: 10_000 };
/** Requests of one connection that wait for their answers. */
const inFlight = 16;
/** ms that a request may take to arrive, and after which a connection is closed on which nothing moves. */
const longestRequest = 60_000;
/** ms that a connection is kept for another request. */
const keepAlive = 72_000;
/** Bytes a second that are read of an answer at least, in each stretch of so many ms, or in which that makes a block. */
const reading = { slowest: 2_048, patience: 10_000 };

/** An app without routes, whose connections and requests are bounded, and whose answers are read or given up. */
export function boundApp(clock: Clock, refused: DoorPorts['refused']): FastifyInstance {
  const app = Fastify({
    logger: false,
    routerOptions: { maxParamLength: 256 },
    forceCloseConnections: true,
    serverFactory: listener => {
      const handle = oneAtATime(listener, inFlight, ({ socket }) => {
        refused('a connection', new MurmurationError('request.too-many'));
        // An answer would come between those that are under way.
        socket.destroy();
      });
      const server = createServer({ requestTimeout: longestRequest, keepAliveTimeout: keepAlive }, handle);
      server.timeout = longestRequest;
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
