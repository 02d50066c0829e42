import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { Server as Engine, type Socket as EngineSocket } from 'engine.io';
import { BoundedTransport, type BoundedTransportPorts } from './bounded-transport.ts';

/** Parts of one message at most; browsers cut long ones into a few. */
const mostParts = 256;
/** ms that connections have at the end for what was sent on them. */
const flushLimit = 1_000;

/** A request that was let in, until its WebSocket is open. */
interface Guest {
  readonly address: string;
  readonly leave: () => void;
}

/** What is used of the library beneath the engine, which does not show it. */
type Library = EventEmitter & {
  readonly options: { maxPayload: number; maxFragments: number; autoPong: boolean };
};

/** The open WebSockets of one path, each bounded by its wire. */
export class WebSockets {
  readonly engine: Engine;
  readonly #ports: BoundedTransportPorts;
  readonly #guests = new WeakMap<IncomingMessage, Guest>();
  readonly #transports = new WeakMap<object, BoundedTransport>();
  /** Those whose network connection stands. */
  readonly #open = new Map<EngineSocket, BoundedTransport>();

  /** `longest` is the longest message, bytes. */
  constructor(longest: number, ports: BoundedTransportPorts) {
    this.#ports = ports;
    this.engine = new Engine({
      transports: ['websocket'],
      allowUpgrades: false,
      maxHttpBufferSize: longest,
      perMessageDeflate: false,
    });
    const { options } = this.library;
    options.maxFragments = mostParts;
    // Wires answer, within their bounds.
    options.autoPong = false;
    this.engine.on('connection', (conn: EngineSocket) => this.#enter(conn));
  }

  get library(): Library {
    return (this.engine as unknown as { ws: Library }).ws;
  }

  /** Opens the WebSocket that a request asks for; `leave` is called once it has said hello or is gone. */
  admit(request: IncomingMessage, socket: Socket, head: Buffer, guest: Guest): void {
    this.#guests.set(request, guest);
    this.engine.handleUpgrade(request as never, socket, head);
  }

  /** What carries a connection of the engine. */
  transportOf(conn: object): BoundedTransport {
    return this.#transports.get(conn)!;
  }

  /** The longest message of connections that open from now on, bytes. */
  bound(longest: number): void {
    this.engine.opts.maxHttpBufferSize = longest;
    this.library.options.maxPayload = longest;
  }

  /** Closes all, each once what was sent on it is out, for which it has a moment: a peer that does not read gains no more time. */
  async close(): Promise<void> {
    const { clock } = this.#ports;
    const open = [...this.#open];
    const closed = open.map(([{ request }]) => {
      const { socket } = request as IncomingMessage;
      return new Promise<void>(resolve => socket.once('close', () => resolve()));
    });
    for (const [conn] of open) conn.close();
    let cancel: Cancel = () => {};
    const late = new Promise<void>(resolve => {
      cancel = clock.at(clock.now() + flushLimit, resolve);
    });
    await Promise.race([Promise.all(closed), late]);
    cancel();
    for (const transport of this.#open.values()) transport.destroy();
    this.engine.close();
  }

  #enter(conn: EngineSocket): void {
    const request = conn.request as IncomingMessage;
    const { address, leave } = this.#guests.get(request)!;
    const transport = new BoundedTransport(conn, address, this.#ports, leave);
    this.#transports.set(conn, transport);
    this.#open.set(conn, transport);
    request.socket.once('close', () => this.#open.delete(conn));
  }
}
