import type { Socket } from 'node:net';
import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { Pace } from '@murmuration/rounds/limits/pace';
import type { Socket as EngineSocket } from 'engine.io';

/** Bytes that a connection may bring before its hello: several times what that and an enrolment take. */
const strangerBytes = 65_536;
/** Frames for each message that a device may send: its parts, heartbeats, acks, pings. */
const framesPerMessage = 4;
/** ms for which a connection is not read at most; its heartbeat must go on. */
const longestPause = 5_000;
/** ms that a connection has at its end for what was sent on it, and for its peer's last word. */
const flushLimit = 1_000;

/** What is used of a WebSocket beyond the engine, which keeps it with the request that opened it. */
interface WebSocket {
  pause(): void;
  resume(): void;
  pong(data: Buffer, mask: boolean, sent: () => void): void;
  on(event: 'message' | 'pong', listener: () => void): void;
  on(event: 'ping', listener: (data: Buffer) => void): void;
}

export interface BoundedTransportPorts {
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'handshake' | 'messages' | 'outgoing'>;
  /** Told why a connection was closed. */
  refused(code: ErrorCode, detail: string): void;
}

/** What carries one connection, and what is bounded on it: bytes that come and that wait to go, frames, and time. */
export class BoundedTransport {
  /** Where it comes from. */
  readonly address: string;
  readonly #raw: Socket;
  readonly #webSocket: WebSocket;
  readonly #ports: BoundedTransportPorts;
  readonly #noLongerStranger: () => void;
  readonly #pace: Pace;
  #cancelHandshake: Cancel;
  #cancelPause: Cancel = () => {};
  #cancelFlush: Cancel = () => {};
  /** ms since 1970; in the past where it is read. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** Bytes of packets that were not yet handed to the network. */
  #queued = 0;
  /** Whether a pong waits for the network. */
  #isAnswering = false;
  #isOver = false;

  /** `noLongerStranger` is called once it has said hello or is gone. */
  constructor(
    conn: EngineSocket,
    address: string,
    ports: BoundedTransportPorts,
    noLongerStranger: () => void,
  ) {
    const { clock, limits } = ports;
    const request = conn.request as typeof conn.request & { websocket: WebSocket };
    this.address = address;
    this.#raw = request.socket;
    this.#webSocket = request.websocket;
    this.#ports = ports;
    this.#noLongerStranger = noLongerStranger;
    this.#cancelHandshake = clock.at(clock.now() + limits.handshake, () =>
      this.cut('device.not-identified', 'The connection did not open its namespace in time.'),
    );
    this.#pace = new Pace(
      {
        burst: framesPerMessage * limits.messages.burst,
        perSecond: framesPerMessage * limits.messages.perSecond,
      },
      clock,
    );
    this.#webSocket.on('message', () => this.#count());
    this.#webSocket.on('pong', () => this.#count());
    this.#webSocket.on('ping', data => this.#answer(data));
    // All that leaves comes this way, what the libraries say of themselves as well.
    conn.on('packetCreate', ({ data }: { data?: string | Uint8Array }) => this.#send(data ?? ''));
    conn.on('drain', () => {
      this.#queued = 0;
    });
    conn.on('close', (reason: string, cause?: unknown) => this.#closed(reason, cause));
    this.#raw.once('close', () => this.#cancelFlush());
    this.#raw.on('data', this.#countStrangerBytes);
  }

  /** It has joined its namespace: from here on its hello is what is waited for. */
  joined(): void {
    this.#cancelHandshake();
  }

  /** It has said hello. */
  identified(): void {
    this.#raw.off('data', this.#countStrangerBytes);
    this.#noLongerStranger();
  }

  /** Reads nothing for `ms`: whoever sends more finds out by the network that it is not taken. */
  pause(ms: number): void {
    const { clock } = this.#ports;
    const until = clock.now() + Math.min(ms, longestPause);
    if (ms <= 0 || this.#isOver || until <= this.#pausedUntil) return;
    this.#cancelPause();
    this.#pausedUntil = until;
    this.#webSocket.pause();
    this.#cancelPause = clock.at(until, () => this.#resume());
  }

  /** Whether more may be sent. Who has left too much unread is cut off. */
  admits(): boolean {
    if (!this.#isOver && this.#unread > this.#ports.limits.outgoing)
      this.cut('device.unread', 'The connection was closed with too many bytes unread.');
    return !this.#isOver;
  }

  /** The end of the connection is wanted: it is no violation of its protocol. */
  closing(): void {
    this.#isOver = true;
    this.#flush();
  }

  /** Ends the connection at once, and says why to whoever counts refusals. */
  cut(code: ErrorCode, detail: string): void {
    if (!this.#isOver) this.#ports.refused(code, detail);
    this.destroy();
  }

  /** Ends the connection at once, whatever its peer does. */
  destroy(): void {
    this.#isOver = true;
    this.#raw.destroy();
  }

  /** Bytes that wait for the peer. */
  get #unread(): number {
    return this.#queued + this.#raw.writableLength;
  }

  #send(data: string | Uint8Array): void {
    this.#queued += Buffer.byteLength(data);
    this.admits();
  }

  /** Counts a frame that has come, which it may not fast without end. */
  #count(): void {
    const wait = this.#pace.take();
    if (wait <= this.#pace.most) this.pause(wait);
    else
      this.cut(
        'request.too-often',
        'The connection was closed: it sent more at once than a device ever has to.',
      );
  }

  /** Answers a ping; those that come before its pong is out get none (RFC 6455 §5.5.3). */
  #answer(data: Buffer): void {
    this.#count();
    if (this.#isAnswering || this.#isOver) return;
    this.#isAnswering = true;
    this.#webSocket.pong(data, false, () => {
      this.#isAnswering = false;
    });
  }

  #resume(): void {
    this.#cancelPause();
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    this.#webSocket.resume();
  }

  /** Ends the connection in a moment, unless its peer does before. */
  #flush(): void {
    const { clock } = this.#ports;
    this.#cancelFlush();
    if (!this.#raw.destroyed)
      this.#cancelFlush = clock.at(clock.now() + flushLimit, () => this.#raw.destroy());
  }

  readonly #countStrangerBytes = (): void => {
    if (this.#raw.bytesRead > strangerBytes)
      this.cut('request.too-large', 'The connection brought too many bytes before its hello.');
  };

  #closed(reason: string, cause: unknown): void {
    this.#cancelHandshake();
    // What its device says of the end has to be read.
    this.#resume();
    this.identified();
    this.#flush();
    if (this.#isOver || lostConnections.has(reason)) return;
    this.#isOver = true;
    const why = cause instanceof Error ? cause.message : reason;
    this.#ports.refused(
      why.includes('Max payload size exceeded') ? 'request.too-large' : 'protocol.packet',
      `The connection was closed: ${why}`,
    );
    this.#raw.destroySoon();
  }
}

/** Ends of a connection that violate nothing. */
const lostConnections: ReadonlySet<string> = new Set(['transport close', 'ping timeout']);
