import { connect, type Socket } from 'node:net';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { type CoordinatorEvent, type DeviceEvent, socketPath } from '@murmuration/protocol/messages/channel';
import { decodeAck, decodeFrame, encodeFrame } from '@murmuration/protocol/messages/frame';
import { challenge, challengeMessage, enrolled, welcome } from '@murmuration/protocol/messages/hello';
import { protocolVersion } from '@murmuration/protocol/messages/version';
import { native } from '@murmuration/protocol/primitives/node';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { WebSocket } from 'ws';
import type * as z from 'zod/mini';

/** Bytes that went over a device's socket, WebSocket framing included. */
export interface SocketBytes {
  readonly up: number;
  readonly down: number;
}

/** An event or an answer, of which the frame is still to come. */
interface Announced {
  readonly event: string | undefined;
  readonly answerTo: number | undefined;
  readonly length: number;
}

interface Answer {
  readonly ack: Uint8Array;
  /** Bytes that it took on the socket. */
  readonly length: number;
}

/**
 * A device that costs next to nothing, so that many of them fit into one process: the real protocol over a WebSocket, in
 * the packets of Engine.IO 4 and Socket.IO 5, without their client's timers and buffers.
 */
export class LightDevice {
  readonly key: SigningKey;
  id: DeviceId | undefined;
  /** Hears what the coordinator sends of its own accord, and the bytes that it took on the socket. */
  onMessage: (event: CoordinatorEvent, frame: Uint8Array, bytes: number) => void = () => {};
  readonly #socket: WebSocket;
  readonly #tcp: Socket;
  readonly #answers = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  #asked = 0;
  #announced: Announced | undefined;
  #challenged!: (frame: Uint8Array) => void;
  readonly #challenge: Promise<Uint8Array>;

  /** Begins to connect from `localAddress`; as `known`, a device that has enrolled, where it is one. */
  constructor(url: string, localAddress: string, known?: Pick<LightDevice, 'key' | 'id'>) {
    this.key = known?.key ?? native.ed25519.signingKey(systemRandom(32));
    this.id = known?.id;
    const { hostname: host, port } = new URL(url);
    this.#tcp = connect({ host, port: Number(port), localAddress });
    this.#socket = new WebSocket(`ws://${host}:${port}${socketPath}/?EIO=4&transport=websocket`, {
      createConnection: () => this.#tcp,
      perMessageDeflate: false,
    });
    const opened = new Promise<Uint8Array>((resolve, reject) => {
      this.#challenged = resolve;
      this.#socket.on('error', reject);
      this.#socket.on('close', () => reject(new Error('The connection was closed.')));
    });
    this.#challenge = opened;
    opened.catch(() => {});
    this.#socket.on('close', () => {
      for (const { reject } of this.#answers.values()) reject(new Error('The connection was closed.'));
      this.#answers.clear();
    });
    this.#socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#binary(data);
      else this.#text(data.toString('latin1'), data.length);
    });
  }

  /** All bytes of the connection, its HTTP upgrade included. */
  get socketBytes(): SocketBytes {
    return { up: this.#tcp.bytesWritten, down: this.#tcp.bytesRead };
  }

  /** Enrols with a token, and with a certificate where the app has an enrolment authority. */
  async enrol(token: string, certificate?: Uint8Array): Promise<void> {
    const { nonce } = decodeFrame(await this.#challenge, challenge);
    const signature = this.key.sign(challengeMessage('enrol', nonce));
    const message = {
      protocol: protocolVersion,
      publicKey: this.key.publicKey,
      token,
      certificate,
      signature,
    };
    this.id = (await this.ask('enrol', message, enrolled)).device;
  }

  /** Says hello: the device is connected then. */
  async hello(): Promise<void> {
    const { nonce } = decodeFrame(await this.#challenge, challenge);
    const signature = this.key.sign(challengeMessage('hello', nonce));
    const message = {
      protocol: protocolVersion,
      device: this.id,
      signature,
      sdk: '0.1.0',
      platform: 'other',
    };
    await this.ask('hello', message, welcome);
  }

  /** Sends a message and waits for its answer; throws the error that a refusal names. */
  async ask<Schema extends z.ZodMiniType>(
    event: DeviceEvent,
    message: unknown,
    answer: Schema,
  ): Promise<z.output<Schema>> {
    return decodeAck((await this.send(event, message)).ack, answer);
  }

  /** Sends a message and waits for the frame that answers it; `bytes` are those of both on the socket. */
  async send(event: DeviceEvent, message: unknown): Promise<Answer & { readonly bytes: SocketBytes }> {
    const frame = encodeFrame(message);
    const number = this.#asked++;
    const head = `451-${number}["${event}",{"_placeholder":true,"num":0}]`;
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#answers.set(number, { resolve, reject });
    });
    this.#socket.send(head);
    this.#socket.send(frame);
    const { ack, length } = await answered;
    return { ack, length, bytes: { up: sentLength(head.length) + sentLength(frame.length), down: length } };
  }

  /** Drops the connection. */
  close(): void {
    this.#socket.terminate();
  }

  #text(packet: string, length: number): void {
    // Engine.IO: 0 open, 2 ping, 4 message; within a message, Socket.IO: 0 connect, 5 binary event, 6 binary answer.
    if (packet[0] === '0') this.#socket.send('40');
    else if (packet[0] === '2') this.#socket.send('3');
    else if (packet.startsWith('451-')) {
      const event = /"([^"]+)"/.exec(packet)![1]!;
      this.#announced = { event, answerTo: undefined, length };
    } else if (packet.startsWith('461-'))
      this.#announced = { event: undefined, answerTo: Number.parseInt(packet.slice(4), 10), length };
  }

  #binary(frame: Uint8Array): void {
    const { event, answerTo, length } = this.#announced!;
    const bytes = receivedLength(length) + receivedLength(frame.length);
    if (event === 'challenge') this.#challenged(frame);
    else if (event !== undefined) this.onMessage(event as CoordinatorEvent, frame, bytes);
    else {
      const waiting = this.#answers.get(answerTo!);
      this.#answers.delete(answerTo!);
      waiting?.resolve({ ack: frame, length: bytes });
    }
  }
}

/** Bytes of a WebSocket frame from a server (RFC 6455 §5.2). */
function receivedLength(payload: number): number {
  return payload + (payload < 126 ? 2 : payload < 65_536 ? 4 : 10);
}

/** Bytes of a WebSocket frame from a client, whose mask takes four more. */
function sentLength(payload: number): number {
  return receivedLength(payload) + 4;
}

/** An address of the loopback network for each device: `index` over 16 of them, so that no one of them runs out of ports. */
export function loopbackAddress(index: number): string {
  return `127.0.0.${2 + (index % 16)}`;
}
