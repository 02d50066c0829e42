import { base64url } from '@murmuration/protocol/encoding/bytes';
import { maskedHeader, socketPath, updatePath } from '@murmuration/protocol/messages/channel';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import { io, type Socket } from 'socket.io-client';
import { ProtocolDevice } from '../protocol-device.ts';

/** A device without the SDK on a socket, which sends whatever it is told to. */
export class RawDevice extends ProtocolDevice {
  socket!: Socket;
  readonly #url: string;

  constructor(url: string, key?: SigningKey) {
    super(key);
    this.#url = url;
  }

  async connect(): Promise<this> {
    this.socket = io(this.#url, { path: socketPath, transports: ['websocket'], forceNew: true });
    this.socket.onAny((event: string, frame: Uint8Array) => this.receive(event, frame));
    await this.challenged();
    return this;
  }

  disconnect(): void {
    this.socket.disconnect();
  }

  closed(): Promise<string> {
    return new Promise(resolve => this.socket.once('disconnect', resolve));
  }

  send(event: string, frame: unknown): Promise<Uint8Array> {
    return this.socket.emitWithAck(event, frame);
  }

  /** Puts bytes as the update of an assignment, a masked one with what the device signed. */
  async upload(
    { round, assignment: part, token }: Pick<Assignment, 'round' | 'assignment' | 'token'>,
    body: Uint8Array,
    signature?: Uint8Array,
  ): Promise<{ status: number; type: string | null; body: Record<string, unknown> }> {
    const response = await fetch(this.#url + updatePath(round, part), {
      method: 'PUT',
      headers: {
        'content-type': 'application/octet-stream',
        authorization: `Bearer ${base64url(token)}`,
        ...(signature && { [maskedHeader]: base64url(signature) }),
      },
      body: body as Uint8Array<ArrayBuffer>,
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: (await response.json()) as Record<string, unknown>,
    };
  }
}
