import type { EventEmitter } from 'node:events';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { MurmurationError } from '@murmuration/protocol/errors';
import { socketPath } from '@murmuration/protocol/messages/channel';
import type { Cancel } from '@murmuration/protocol/ports';
import { Server as Engine, type Socket as EngineSocket } from 'engine.io';
import type { CoordinatorEvents } from '../events.ts';
import { endWithProblem } from '../http/problem.ts';
import { originOf, type TrustedProxies } from '../limits/address.ts';
import { Places } from '../limits/places.ts';
import { Wire, type WirePorts } from './wire.ts';

export interface DoorPorts extends Omit<WirePorts, 'refused'> {
  readonly events: CoordinatorEvents;
  readonly trustedProxies: TrustedProxies;
  /** The longest message of the WebSocket, bytes. */
  readonly longest: number;
}

/** Takes over a connection whose request asks for another protocol. */
export type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

/** ms that a connection has at the end for what was sent on it. */
const flushLimit = 1_000;

/** A request that was let in, until its WebSocket is open. */
interface Guest {
  readonly address: string;
  readonly leave: () => void;
}

/** Takes the WebSocket handshakes of an HTTP server: those that are well formed and for which there is a place. */
export class Door {
  readonly engine: Engine;
  readonly #ports: DoorPorts;
  readonly #strangers: Places;
  readonly #guests = new WeakMap<IncomingMessage, Guest>();
  readonly #wires = new WeakMap<object, Wire>();
  readonly #conns = new Set<EngineSocket>();
  readonly #others = new Map<string, Upgrade>();
  #isClosed = false;

  constructor(http: HttpServer, ports: DoorPorts) {
    const { limits, longest } = ports;
    this.#ports = ports;
    this.#strangers = new Places(limits.strangers, limits.strangersPerAddress);
    this.engine = new Engine({
      transports: ['websocket'],
      allowUpgrades: false,
      maxHttpBufferSize: longest,
      perMessageDeflate: false,
    });
    this.engine.on('connection', (conn: EngineSocket) => this.#enter(conn));
    this.#webSockets().on('wsClientError', ({ message }: Error, socket: Socket) =>
      this.#refuse(socket, malformed(message)),
    );
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
  }

  /** What carries a connection of the engine. */
  wireOf(conn: object): Wire {
    return this.#wires.get(conn)!;
  }

  /** Lets nobody in any more, and closes all connections, each once what was sent on it is out, for which it has a moment. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const conns = [...this.#conns];
    const closed = conns.map(conn => new Promise<void>(resolve => conn.once('close', () => resolve())));
    for (const conn of conns) conn.close();
    const { clock } = this.#ports;
    let cancel: Cancel = () => {};
    const late = new Promise<void>(resolve => {
      cancel = clock.at(clock.now() + flushLimit, resolve);
    });
    await Promise.race([Promise.all(closed), late]);
    cancel();
    this.engine.close();
  }

  /** The longest message of connections that open from now on, bytes. */
  bound(longest: number): void {
    this.engine.opts.maxHttpBufferSize = longest;
    this.#webSockets().options.maxPayload = longest;
  }

  /** What the engine does not show: the server of the library beneath it. */
  #webSockets() {
    return (this.engine as unknown as { ws: EventEmitter & { options: { maxPayload: number } } }).ws;
  }

  /** Leaves the handshakes of another path to whoever takes these. */
  leave(path: string, upgrade: Upgrade): void {
    this.#others.set(path, upgrade);
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const other = this.#others.get(pathOf(request));
    if (other) {
      other(request, socket, head);
      return;
    }
    // What breaks off ends with 'close'.
    socket.on('error', () => {});
    try {
      if (this.#isClosed) throw new MurmurationError('server.stopping');
      requireHandshake(request);
      const address = originOf(request, this.#ports.trustedProxies);
      const leave = this.#strangers.take(address);
      if (!leave) throw new MurmurationError('server.busy');
      socket.once('close', leave);
      this.#guests.set(request, { address, leave });
    } catch (error) {
      this.#refuse(socket, error as MurmurationError, request.url);
      return;
    }
    this.engine.handleUpgrade(request as never, socket, head);
  }

  #refuse(socket: Socket, error: MurmurationError, instance?: string): void {
    this.#ports.events.emit('refused', 'socket', error.code, error.detail);
    endWithProblem(socket, error, instance);
  }

  #enter(conn: EngineSocket): void {
    const { events } = this.#ports;
    const { address, leave } = this.#guests.get(conn.request)!;
    this.#conns.add(conn);
    conn.once('close', () => this.#conns.delete(conn));
    const refused: WirePorts['refused'] = (code, detail) => events.emit('refused', 'socket', code, detail);
    this.#wires.set(conn, new Wire(conn, address, { ...this.#ports, refused }, leave));
  }
}

/** Throws `request.not-found` or `request.invalid`; what WebSocket asks for beyond that is checked by its library. */
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

/** The path that a handshake asks for, without a slash at its end; empty where the address is malformed. */
function pathOf({ url = '' }: IncomingMessage): string {
  return URL.canParse(url, 'http://device') ? new URL(url, 'http://device').pathname.replace(/\/$/, '') : '';
}

function malformed(why: string): MurmurationError {
  return new MurmurationError('request.invalid', `This is no handshake of the socket: ${why}.`);
}
