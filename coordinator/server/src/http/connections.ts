import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { TrustedProxies } from '@murmuration/rounds/limits/address';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { countedAddress } from '@murmuration/serving/limits/address';
import { Quota } from '@murmuration/serving/limits/quota';
import { endWithProblem } from './problem.ts';

export interface ConnectionBounds {
  readonly events: CoordinatorEvents;
  readonly limits: Limits;
  readonly trustedProxies: TrustedProxies;
}

/** Connections of a server, limited in total and for each address. */
export class Connections {
  readonly limits: Limits;
  readonly #bounds: ConnectionBounds;
  readonly #places: Quota;
  readonly #open = new Set<Socket>();
  #isClosed = false;

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
    this.limits = bounds.limits;
    this.#places = new Quota(bounds.limits.connections, bounds.limits.connectionsPerAddress);
  }

  /** Limits the connections of a server, and answers requests that never reach the application. */
  bound(server: Server): void {
    server.maxConnections = this.limits.connections;
    server.on('drop', () =>
      this.report(new MurmurationError('server.busy', `more than ${this.limits.connections} connections`)),
    );
    server.on('connection', (socket: Socket) => this.#admit(socket, server instanceof TlsServer));
    server.on('connect', (_, socket) =>
      this.#refuse(socket as Socket, new MurmurationError('request.unsupported', 'This is no proxy.')),
    );
    server.on('checkExpectation', (request, response) => {
      const { socket } = request;
      response.detachSocket(socket);
      this.#refuse(
        socket,
        new MurmurationError('request.unsupported', 'The only expectation met is 100-continue.'),
      );
    });
  }

  /** Accepts no more connections and closes all, even during a handshake or before an answer is read. */
  close(): void {
    this.#isClosed = true;
    for (const socket of this.#open) socket.destroy();
  }

  /** Reports a refusal. */
  report({ code, detail }: MurmurationError): void {
    this.#bounds.events.emit('refused', 'http', code, detail);
  }

  #admit(socket: Socket, isSecret: boolean): void {
    if (this.#isClosed) {
      socket.destroy();
      return;
    }
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    const address = socket.remoteAddress ?? '';
    if (this.#bounds.trustedProxies(address, 0)) return;
    const leave = this.#places.take(countedAddress(address));
    if (leave) {
      socket.once('close', leave);
      return;
    }
    const error = new MurmurationError('server.busy', 'Your address has too many connections open.');
    if (!isSecret) {
      this.#refuse(socket, error);
      return;
    }
    // Sending an answer would first need a TLS handshake, whose cost this avoids.
    this.report(error);
    socket.destroy();
  }

  #refuse(socket: Socket, error: MurmurationError): void {
    this.report(error);
    endWithProblem(socket, error);
  }
}

/**
 * Returns the error of a request that the HTTP parser could not read; undefined if the client is lost or
 * never finished a TLS handshake, and so can't be answered.
 */
export function parserProblem({ code = '', message }: NodeJS.ErrnoException): MurmurationError | undefined {
  if (/^ERR_(TLS|SSL)_/.test(code)) return undefined;
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
