import type { Socket } from 'node:net';
import type { ErrorCode } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Limits } from '@murmuration/rounds/limits/limits';
import { Pace } from '@murmuration/rounds/limits/pace';
import type { Socket as EngineSocket } from 'engine.io';

/**
 * Maximum bytes that a connection may receive before its hello, several times the size of a hello and an
 * enrolment.
 */
const strangerBytes = 65_536;
/** Frames allowed for each message of a device: its parts, heartbeats, acks, pings. */
const framesPerMessage = 4;
/** Maximum milliseconds for which a connection is not read; its heartbeat must go on. */
const maxUnreadMs = 5_000;
/** Milliseconds that a closing connection has to flush, and to receive its peer's close. */
const flushTimeoutMs = 1_000;

/** Members of a WebSocket that are used behind the engine, which keeps it with the request that opened it. */
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
  /** Called with the reason why a connection was closed. */
  refused(code: ErrorCode, detail: string): void;
}

/** Transport of one connection, which limits its incoming and waiting bytes, frames, and time. */
export class BoundedTransport {
  /** Address of the peer. */
  readonly address: string;
  readonly #raw: Socket;
  readonly #webSocket: WebSocket;
  readonly #ports: BoundedTransportPorts;
  readonly #noLongerStranger: () => void;
  readonly #pace: Pace;
  #cancelHandshake: Cancel;
  #cancelPause: Cancel = () => {};
  #cancelFlush: Cancel = () => {};
  /** Time until which reading is paused, in ms since 1970; in the past while it is read. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** Bytes of packets not yet handed to the network. */
  #queued = 0;
  /** True if a pong waits for the network. */
  #isAnswering = false;
  #isOver = false;

  /** `noLongerStranger` is called once the device has said hello or is gone. */
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
    // All outgoing packets pass here, including those of the libraries.
    conn.on('packetCreate', ({ data }: { data?: string | Uint8Array }) => this.#send(data ?? ''));
    conn.on('drain', () => {
      this.#queued = 0;
    });
    conn.on('close', (reason: string, cause?: unknown) => this.#closed(reason, cause));
    this.#raw.once('close', () => this.#cancelFlush());
    this.#raw.on('data', this.#countStrangerBytes);
  }

  /** Called when the connection has joined its namespace; the next step is its hello. */
  joined(): void {
    this.#cancelHandshake();
  }

  /** Called when the device has said hello. */
  identified(): void {
    this.#raw.off('data', this.#countStrangerBytes);
    this.#noLongerStranger();
  }

  /** Stops reading for `ms`; the network slows a peer that sends more. */
  pause(ms: number): void {
    const { clock } = this.#ports;
    const until = clock.now() + Math.min(ms, maxUnreadMs);
    if (ms <= 0 || this.#isOver || until <= this.#pausedUntil) return;
    this.#cancelPause();
    this.#pausedUntil = until;
    this.#webSocket.pause();
    this.#cancelPause = clock.at(until, () => this.#resume());
  }

  /** True if more may be sent. Cuts a connection that has left too much unread. */
  admits(): boolean {
    if (!this.#isOver && this.#unread > this.#ports.limits.outgoing)
      this.cut('device.unread', 'The connection was closed with too many bytes unread.');
    return !this.#isOver;
  }

  /** Marks the connection as closing on purpose, so that its end is no protocol violation. */
  closing(): void {
    this.#isOver = true;
    this.#flush();
  }

  /** Ends the connection at once, and reports the reason as a refusal. */
  cut(code: ErrorCode, detail: string): void {
    if (!this.#isOver) this.#ports.refused(code, detail);
    this.destroy();
  }

  /** Ends the connection at once, without waiting for its peer. */
  destroy(): void {
    this.#isOver = true;
    this.#raw.destroy();
  }

  /** Bytes that the peer has not read. */
  get #unread(): number {
    return this.#queued + this.#raw.writableLength;
  }

  #send(data: string | Uint8Array): void {
    this.#queued += Buffer.byteLength(data);
    this.admits();
  }

  /** Counts a received frame against the rate limit. */
  #count(): void {
    const wait = this.#pace.take();
    if (wait <= this.#pace.most) this.pause(wait);
    else
      this.cut(
        'request.too-often',
        'The connection was closed: it sent more at once than a device ever has to.',
      );
  }

  /** Answers a ping; pings that arrive before its pong is out get none (RFC 6455 §5.5.3). */
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

  /** Ends the connection after a moment, unless its peer ends it first. */
  #flush(): void {
    const { clock } = this.#ports;
    this.#cancelFlush();
    if (!this.#raw.destroyed)
      this.#cancelFlush = clock.at(clock.now() + flushTimeoutMs, () => this.#raw.destroy());
  }

  readonly #countStrangerBytes = (): void => {
    if (this.#raw.bytesRead > strangerBytes)
      this.cut('request.too-large', 'The connection brought too many bytes before its hello.');
  };

  #closed(reason: string, cause: unknown): void {
    this.#cancelHandshake();
    // The device's close has to be read.
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

/** Reasons for the end of a connection that are no violation. */
const lostConnections: ReadonlySet<string> = new Set(['transport close', 'ping timeout']);
