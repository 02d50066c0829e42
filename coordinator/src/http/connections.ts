import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { CoordinatorEvents } from '../events.ts';
import { countedAddress, type TrustedProxies } from '../limits/address.ts';
import type { Limits } from '../limits/limits.ts';
import { Places } from '../limits/places.ts';
import { endWithProblem } from './problem.ts';

export interface ConnectionBounds {
  readonly events: CoordinatorEvents;
  readonly limits: Limits;
  readonly trustedProxies: TrustedProxies;
}

/** Bounds the connections of a server, in all and for each address, and answers what never becomes a request of the application. */
export function boundConnections(server: Server, { events, limits, trustedProxies }: ConnectionBounds): void {
  const refuse = (socket: Socket, error: MurmurationError) => {
    events.emit('refused', 'http', error.code, error.detail);
    endWithProblem(socket, error);
  };
  server.maxConnections = limits.connections;
  server.on('drop', () =>
    events.emit('refused', 'http', 'server.busy', `more than ${limits.connections} connections`),
  );
  const places = new Places(limits.connections, limits.connectionsPerAddress);
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    if (trustedProxies(address, 0)) return;
    const leave = places.take(countedAddress(address));
    if (leave) {
      socket.once('close', leave);
      return;
    }
    const error = new MurmurationError('server.busy', 'Your address has too many connections open.');
    if (!(server instanceof TlsServer)) {
      refuse(socket, error);
      return;
    }
    // An answer could only be read after a handshake, which is what is to be spared.
    events.emit('refused', 'http', error.code, error.detail);
    socket.destroy();
  });
  server.on('connect', (_, socket) =>
    refuse(socket as Socket, new MurmurationError('request.unsupported', 'This is no proxy.')),
  );
  server.on('checkExpectation', (request, response) => {
    const { socket } = request;
    response.detachSocket(socket);
    refuse(socket, new MurmurationError('request.unsupported', 'The only expectation met is 100-continue.'));
  });
}

/** What the HTTP parser could not read; a connection that was lost gets no answer. */
export function parserProblem({ code, message }: NodeJS.ErrnoException): MurmurationError | undefined {
  switch (code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return undefined;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new MurmurationError('request.too-slow');
    case 'HPE_HEADER_OVERFLOW':
      return new MurmurationError('request.too-large', 'The headers of the request are too long.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new MurmurationError('request.too-large', 'The extensions of a chunk are too long.');
    default:
      return new MurmurationError('request.invalid', `This is no HTTP request: ${message}.`);
  }
}
