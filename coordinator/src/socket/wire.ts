import type { Socket } from 'node:net';
import type { ErrorCode } from '@murmuration/protocol/errors';
import type { Cancel, Clock } from '@murmuration/protocol/ports';
import type { Socket as EngineSocket } from 'engine.io';
import type { Limits } from '../limits/limits.ts';
import { Rates } from '../limits/rates.ts';

/** Bytes that a connection may bring before its hello: several times what that and an enrolment take. */
const strangerBytes = 65_536;
/** Packets for each message that a device may send: its parts, heartbeats, acks. */
const packetsPerMessage = 4;
/** ms for which a connection is not read at most; its heartbeat must go on. */
const longestPause = 5_000;

/** What is used of a WebSocket beyond the engine, which keeps it with the request that opened it. */
interface WebSocket {
  pause(): void;
  resume(): void;
}

export interface WirePorts {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Told why a connection was closed. */
  refused(code: ErrorCode, detail: string): void;
}

/** What carries one connection, and what is bounded on it: bytes that come and that wait to go, packets, and time. */
export class Wire {
  /** Where it comes from. */
  readonly address: string;
  readonly #raw: Socket;
  readonly #webSocket: WebSocket;
  readonly #ports: WirePorts;
  readonly #noLongerStranger: () => void;
  #cancelHandshake: Cancel;
  #cancelPause: Cancel | undefined;
  /** Bytes of frames that were not yet handed to the network. */
  #queued = 0;
  #isOver = false;

  /** `noLongerStranger` is called once it has said hello or is gone. */
  constructor(conn: EngineSocket, address: string, ports: WirePorts, noLongerStranger: () => void) {
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
    const packets = new Rates(
      {
        burst: packetsPerMessage * limits.messages.burst,
        perSecond: packetsPerMessage * limits.messages.perSecond,
      },
      clock,
    );
    conn.on('packet', () => this.pause(packets.take('')));
    conn.on('drain', () => {
      this.#queued = 0;
    });
    conn.on('close', (reason: string, cause?: unknown) => this.#closed(reason, cause));
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
    if (ms <= 0 || this.#cancelPause || this.#isOver) return;
    const { clock } = this.#ports;
    this.#webSocket.pause();
    this.#cancelPause = clock.at(clock.now() + Math.min(ms, longestPause), () => {
      this.#cancelPause = undefined;
      this.#webSocket.resume();
    });
  }

  /** Whether `length` more bytes may be sent. Who has left too much unread is cut off. */
  admits(length: number): boolean {
    if (this.#isOver) return false;
    if (this.#queued + this.#raw.writableLength > this.#ports.limits.outgoing) {
      this.cut('device.unread', 'The connection was closed with too many bytes unread.');
      return false;
    }
    this.#queued += length;
    return true;
  }

  /** The end of the connection is wanted: it is no violation of its protocol. */
  closing(): void {
    this.#isOver = true;
  }

  /** Ends the connection at once, and says why to whoever counts refusals. */
  cut(code: ErrorCode, detail: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ports.refused(code, detail);
    this.#raw.destroy();
  }

  readonly #countStrangerBytes = (): void => {
    if (this.#raw.bytesRead > strangerBytes)
      this.cut('request.too-large', 'The connection brought too many bytes before its hello.');
  };

  #closed(reason: string, cause: unknown): void {
    this.#cancelHandshake();
    this.#cancelPause?.();
    this.identified();
    if (this.#isOver || lostConnections.has(reason)) return;
    const tooLarge = String(causeOf(cause)?.code) === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    this.#isOver = true;
    this.#ports.refused(
      tooLarge ? 'request.too-large' : 'protocol.packet',
      `the connection was closed: ${causeOf(cause)?.message ?? reason}`,
    );
    this.#raw.destroySoon();
  }
}

/** Ends of a connection that violate nothing. */
const lostConnections: ReadonlySet<string> = new Set(['transport close', 'ping timeout']);

/** Engine.IO puts what WebSocket says into the description of its own error. */
function causeOf(error: unknown): { code?: unknown; message?: string } | undefined {
  const { description } = (error ?? {}) as { description?: { code?: unknown; message?: string } };
  return description ?? (error as { message?: string } | undefined);
}
