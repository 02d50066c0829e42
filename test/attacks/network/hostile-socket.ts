import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { settled } from '@murmuration/protocol/time/virtual-clock';

/** Turns of the event loop in which nothing is taken, after which nothing will be: both sides live in this process. */
const patience = 500;

/** Kinds of WebSocket frames (RFC 6455 §5.2). */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame as a client sends it, masked with zeros. `isFinal` is false for a part of a message that goes on. */
export function frame(
  kind: keyof typeof opcodes,
  payload: Uint8Array | string = '',
  isFinal = true,
): Uint8Array {
  const body = Buffer.from(payload);
  const length =
    body.length < 126 ? [0x80 | body.length] : [0x80 | 126, (body.length >> 8) & 0xff, body.length & 0xff];
  return Buffer.concat([Buffer.of((isFinal ? 0x80 : 0) | opcodes[kind], ...length, 0, 0, 0, 0), body]);
}

/** A WebSocket over plain TCP whose owner decides what is written and whether anything is read. */
export class HostileSocket {
  readonly #tcp: Socket;
  /** What has come so far, but for what was not read. */
  received = Buffer.alloc(0);

  private constructor(tcp: Socket) {
    this.#tcp = tcp;
    tcp.on('error', () => {});
    tcp.on('data', part => {
      this.received = Buffer.concat([this.received, part]);
    });
  }

  /** Connects to the Engine.IO of a path; returns once the handshake is answered. */
  static async open(url: string, path: string, headers: readonly string[] = []): Promise<HostileSocket> {
    const { hostname, port, host } = new URL(url);
    const socket = new HostileSocket(connect(Number(port), hostname));
    socket.#tcp.write(
      [
        `GET ${path}/?EIO=4&transport=websocket HTTP/1.1`,
        `Host: ${host}`,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        ...headers,
        '\r\n',
      ].join('\r\n'),
    );
    await socket.until(() => socket.received.includes('\r\n\r\n'));
    return socket;
  }

  /** Takes over the connection of a WebSocket of `ws`, whose library hears no more of it. */
  static of(webSocket: unknown): HostileSocket {
    const { _socket: tcp } = webSocket as { _socket: Socket };
    tcp.removeAllListeners('data');
    return new HostileSocket(tcp);
  }

  get isClosed(): boolean {
    return this.#tcp.destroyed || this.#tcp.readableEnded;
  }

  /** Reads nothing any more. */
  deafen(): void {
    this.#tcp.pause();
  }

  write(bytes: Uint8Array): void {
    if (!this.#tcp.destroyed) this.#tcp.write(bytes);
  }

  /** Writes as long as it is taken; true where all of it was, false once the connection is ended or nobody reads it. */
  async flood(bytes: Uint8Array, times: number): Promise<boolean> {
    for (let i = 0; i < times; i++) {
      if (this.#tcp.destroyed) return false;
      this.#tcp.write(bytes);
      for (let turn = 0; this.#tcp.writableLength > 0; turn++) {
        if (turn > patience || this.#tcp.destroyed) return false;
        await settled();
      }
    }
    return true;
  }

  /** Waits until it holds, looking again at each arrival. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await Promise.race([once(this.#tcp, 'data'), once(this.#tcp, 'close')]);
  }

  /** Resolves once the other side has ended the connection, which is read for it. */
  async closed(): Promise<void> {
    this.#tcp.resume();
    if (!this.#tcp.destroyed) await once(this.#tcp, 'close');
  }

  destroy(): void {
    this.#tcp.destroy();
  }
}
