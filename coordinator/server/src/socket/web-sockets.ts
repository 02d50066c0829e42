import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { Server as Engine, type Socket as EngineSocket } from 'engine.io';
import { BoundedTransport, type BoundedTransportPorts } from './bounded-transport.ts';

/** Maximum number of fragments of one message; browsers split long ones into a few. */
const maxFragments = 256;
/** Milliseconds that closing connections have to flush. */
const flushTimeoutMs = 1_000;

/** Admitted request, until its WebSocket is open. */
interface Guest {
  readonly address: string;
  readonly leave: () => void;
}

/** Members of the library behind the engine, which does not expose it. */
type Library = EventEmitter & {
  readonly options: { maxPayload: number; maxFragments: number; autoPong: boolean };
};

/** Open WebSockets of one path, each with a bounded transport. */
export class WebSockets {
  readonly engine: Engine;
  readonly #ports: BoundedTransportPorts;
  readonly #guests = new WeakMap<IncomingMessage, Guest>();
  readonly #transports = new WeakMap<object, BoundedTransport>();
  /** Transports whose network connection is open. */
  readonly #open = new Map<EngineSocket, BoundedTransport>();

  /** `longest`: maximum message length in bytes. */
  constructor(longest: number, ports: BoundedTransportPorts) {
    this.#ports = ports;
    this.engine = new Engine({
      transports: ['websocket'],
      allowUpgrades: false,
      maxHttpBufferSize: longest,
      perMessageDeflate: false,
    });
    const { options } = this.library;
    options.maxFragments = maxFragments;
    // The transports answer pings, within their limits.
    options.autoPong = false;
    this.engine.on('connection', (conn: EngineSocket) => this.#enter(conn));
  }

  get library(): Library {
    return (this.engine as unknown as { ws: Library }).ws;
  }

  /**
   * Opens the WebSocket that a request asks for; calls `leave` of the guest once the device has said hello or
   * is gone.
   */
  admit(request: IncomingMessage, socket: Socket, head: Buffer, guest: Guest): void {
    this.#guests.set(request, guest);
    this.engine.handleUpgrade(request as never, socket, head);
  }

  /** Returns the transport of an engine connection. */
  transportOf(conn: object): BoundedTransport {
    return this.#transports.get(conn)!;
  }

  /** Sets the maximum message length of new connections, in bytes. */
  bound(longest: number): void {
    this.engine.opts.maxHttpBufferSize = longest;
    this.library.options.maxPayload = longest;
  }

  /**
   * Closes all, each after a moment in which what was sent on it goes out; a peer that does not read gets no
   * extra time.
   */
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
      cancel = clock.at(clock.now() + flushTimeoutMs, resolve);
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
