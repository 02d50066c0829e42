import type { Server as HttpServer } from 'node:http';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type DeviceEvent, deviceEvents } from '@murmuration/protocol/messages/channel';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { TrustedProxies } from '@murmuration/rounds/limits/address';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { Server } from 'socket.io';
import type { Admission } from '../devices/admission.ts';
import type { DeviceConnection } from '../devices/device-connection.ts';
import type { DeviceConnections } from '../devices/device-connections.ts';
import type { FrameLengths } from '../devices/frame-lengths.ts';
import type { DeviceRequests } from '../devices/request-handlers.ts';
import { HandshakeHandler, type Upgrade } from './handshakes.ts';
import { type DeviceSocket, SocketCarrier } from './socket-carrier.ts';

/** Bytes that socket.io adds around a frame. */
const packetOverhead = 1_024;

export interface GatewayPorts {
  readonly clock: Clock;
  readonly events: CoordinatorEvents;
  readonly limits: Limits;
  readonly admission: Admission;
  readonly trustedProxies: TrustedProxies;
  /** Maximum frame length of each event. */
  readonly frames: FrameLengths;
}

/**
 * Message as socket.io passes it: its event, its arguments and, if an answer is expected, the callback that
 * takes it.
 */
type Packet = readonly [event: unknown, ...args: unknown[]];

/** Carries devices' connections on the WebSockets of an HTTP server. */
export class Gateway {
  readonly #connections: DeviceConnections;
  readonly #io: Server;
  readonly #handshakes: HandshakeHandler;
  readonly #admission: Admission;

  constructor(http: HttpServer, connections: DeviceConnections, ports: GatewayPorts) {
    this.#connections = connections;
    this.#admission = ports.admission;
    this.#handshakes = new HandshakeHandler(http, { ...ports, longest: longestOf(ports.frames) });
    this.#io = new Server({ serveClient: false });
    this.#io.bind(this.#handshakes.engine);
  }

  /** Accepts connections from now on. */
  open(requests: DeviceRequests): void {
    this.#connections.open(requests);
    this.#io.on('connection', (socket: DeviceSocket) => this.#welcome(socket));
  }

  /** Leaves WebSockets of another path to `upgrade`. */
  leave(path: string, upgrade: Upgrade): void {
    this.#handshakes.leave(path, upgrade);
  }

  /** Closes every connection once everything sent on it is out; the owner of the HTTP server closes that. */
  async close(): Promise<void> {
    this.#io.disconnectSockets(true);
    await this.#handshakes.close();
  }

  /** Updates the bounds of frames for new connections, since a change of settings may allow longer ones. */
  bound(frames: FrameLengths): void {
    this.#connections.bound(frames);
    this.#handshakes.bound(longestOf(frames));
  }

  #welcome(socket: DeviceSocket): void {
    const transport = this.#handshakes.transportOf(socket.conn);
    transport.joined();
    const carrier = new SocketCarrier(socket, transport);
    const connection = this.#connections.connect(carrier);
    socket.on('disconnect', () => {
      // A connection without its namespace is useless.
      transport.closing();
      socket.conn.close();
      this.#connections.lost(connection);
    });
    // All messages pass here, with any event name, and none reaches listeners.
    socket.use(packet => void this.#take(carrier, connection, packet as unknown as Packet));
  }

  async #take(carrier: SocketCarrier, connection: DeviceConnection, [event, ...args]: Packet): Promise<void> {
    if (!carrier.socket.connected) return;
    const acknowledge =
      typeof args.at(-1) === 'function' ? (args.pop() as (ack: Uint8Array) => void) : undefined;
    const known = isDeviceEvent(event) ? event : undefined;
    await this.#connections.answer(
      connection,
      known,
      () =>
        this.#admission.admit(carrier, connection.identity?.device.id, known, async () => {
          if (!known) throw new MurmurationError('request.not-found', 'There is no such event.');
          if (args.length !== 1) throw new MurmurationError('protocol.frame', 'An event carries one frame.');
          return this.#connections.handle(connection, known, args[0]);
        }),
      reply => {
        if (acknowledge && carrier.transport.admits()) acknowledge(reply);
      },
    );
  }
}

const known: ReadonlySet<unknown> = new Set(deviceEvents);

function longestOf(frames: FrameLengths): number {
  return Math.max(...Object.values(frames)) + packetOverhead;
}

function isDeviceEvent(event: unknown): event is DeviceEvent {
  return known.has(event);
}
