import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { socketPath } from '@murmuration/protocol/messages/channel';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { originOf, type TrustedProxies } from '@murmuration/rounds/limits/address';
import { FairQuota } from '@murmuration/rounds/limits/fair-quota';
import type { Limits } from '@murmuration/rounds/limits/limits';
import type { Server as Engine } from 'engine.io';
import { endWithProblem } from '../http/problem.ts';
import type { BoundedTransport } from './bounded-transport.ts';
import { WebSockets } from './web-sockets.ts';

export interface HandshakePorts {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly events: CoordinatorEvents;
  readonly trustedProxies: TrustedProxies;
  /** Maximum length of a WebSocket message in bytes. */
  readonly longest: number;
}

/** Takes over a connection whose request asks for another protocol. */
export type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/**
 * Handles the WebSocket handshakes of an HTTP server: accepts those that are well formed while there is a
 * place.
 */
export class HandshakeHandler {
  readonly #ports: HandshakePorts;
  readonly #strangers: FairQuota;
  readonly #webSockets: WebSockets;
  readonly #others = new Map<string, Upgrade>();
  #isClosed = false;

  constructor(http: HttpServer, ports: HandshakePorts) {
    const { clock, events, limits, longest } = ports;
    this.#ports = ports;
    this.#strangers = new FairQuota(limits.strangers, limits.strangersPerAddress);
    this.#webSockets = new WebSockets(longest, {
      clock,
      limits,
      refused: (code, detail) => events.emit('refused', 'socket', code, detail),
    });
    this.#webSockets.library.on('wsClientError', ({ message }: Error, socket: Socket) =>
      this.#refuse(socket, malformed(message)),
    );
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
  }

  get engine(): Engine {
    return this.#webSockets.engine;
  }

  /** Returns the transport of an engine connection. */
  transportOf(conn: object): BoundedTransport {
    return this.#webSockets.transportOf(conn);
  }

  /**
   * Accepts no more connections, and closes all, each after a moment in which what was sent on it goes out.
   */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#webSockets.close();
  }

  /** Sets the maximum message length of new connections, in bytes. */
  bound(longest: number): void {
    this.#webSockets.bound(longest);
  }

  /** Leaves the handshakes of another path to `upgrade`. */
  leave(path: string, upgrade: Upgrade): void {
    this.#others.set(path, upgrade);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const other = this.#others.get(pathOf(request));
    if (other) {
      other(request, socket, head);
      return;
    }
    // An error is followed by 'close', which is handled.
    socket.on('error', () => {});
    let guest: Parameters<WebSockets['admit']>[3];
    try {
      if (this.#isClosed) throw new MurmurationError('server.stopping');
      requireHandshake(request);
      const address = originOf(request, this.#ports.trustedProxies);
      const leave = this.#strangers.take(address, () => socket.destroy());
      if (!leave) throw new MurmurationError('server.busy');
      socket.once('close', leave);
      guest = { address, leave };
    } catch (error) {
      this.#refuse(socket, error as MurmurationError, request.url);
      return;
    }
    this.#webSockets.admit(request, socket, head, guest);
  }

  #refuse(socket: Socket, error: MurmurationError, instance?: string): void {
    this.#ports.events.emit('refused', 'socket', error.code, error.detail);
    endWithProblem(socket, error, instance);
  }
}

/**
 * Throws `request.not-found` or `request.invalid`; the WebSocket library checks the rest of the handshake.
 */
function requireHandshake({ url = '', method }: IncomingMessage): void {
  if (!URL.canParse(url, 'http://device')) throw malformed('the address is malformed');
  const { pathname, searchParams } = new URL(url, 'http://device');
  if (pathname !== socketPath && pathname !== `${socketPath}/`)
    throw new MurmurationError(
      'request.not-found',
      `Nothing is upgraded here; devices connect to ${socketPath}.`,
    );
  if (method !== 'GET') throw malformed('its method is GET');
  if (
    searchParams.get('EIO') !== '4' ||
    searchParams.get('transport') !== 'websocket' ||
    searchParams.has('sid')
  )
    throw malformed('its query is EIO=4&transport=websocket');
}

/** Returns the path of a handshake without a trailing slash; empty if the address is malformed. */
function pathOf({ url = '' }: IncomingMessage): string {
  return URL.canParse(url, 'http://device') ? new URL(url, 'http://device').pathname.replace(/\/$/, '') : '';
}

function malformed(why: string): MurmurationError {
  return new MurmurationError('request.invalid', `This is no handshake of the socket: ${why}.`);
}
