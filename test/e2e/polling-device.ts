import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import { encodeRefused, errorOf } from '@murmuration/protocol/messages/frame';
import {
  connectionHeader,
  connectionPath,
  connectionsPath,
  eventHeader,
  keyHeader,
  messagesPath,
  numberHeader,
  requestPath,
} from '@murmuration/protocol/messages/polling';
import type { SigningKey } from '@murmuration/protocol/primitives/primitives';
import { ProtocolDevice } from '../protocol-device.ts';

/** A device without the SDK on plain HTTP, which sends whatever it is told to. */
export class PollingDevice extends ProtocolDevice {
  token = '';
  /** The number of the last message that it has read. */
  read = 0;
  readonly #url: string;
  #keys = 0;
  #end = new AbortController();
  #over!: Promise<string>;

  constructor(url: string, key?: SigningKey) {
    super(key);
    this.#url = url;
  }

  async connect(): Promise<this> {
    await this.open();
    this.#over = this.#poll();
    await this.challenged();
    return this;
  }

  /** Opens a connection, and polls nothing by itself. */
  async open(): Promise<void> {
    const answer = await fetch(this.#url + connectionsPath, { method: 'POST' });
    if (answer.status !== 201) throw errorOf(await answer.json());
    this.token = answer.headers.get(connectionHeader)!;
    this.#end = new AbortController();
    await this.#take(answer);
  }

  /** One poll: the answer as it comes. */
  poll(after = this.read, wait = 25, token = this.token, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.#url}${messagesPath}?after=${after}&wait=${wait}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: signal ?? null,
    });
  }

  /** One request, under a key of its own unless one is given: the answer as it comes. */
  async post(event: string, body: BodyInit, key = `${++this.#keys}`, token = this.token): Promise<Response> {
    return fetch(this.#url + requestPath(event as DeviceEvent), {
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        authorization: `Bearer ${token}`,
        [keyHeader]: key,
      },
      body,
    });
  }

  async send(event: string, frame: unknown): Promise<Uint8Array> {
    const answer = await this.post(event, frame as Uint8Array<ArrayBuffer>);
    this.token = answer.headers.get(connectionHeader) ?? this.token;
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
    const after = answer.headers.get('retry-after');
    return encodeRefused(
      errorOf({ ...(await answer.json()), after: after ? 1_000 * Number(after) : undefined }),
    );
  }

  /** Ends the connection, and waits for nothing. */
  disconnect(): void {
    this.#end.abort();
    const headers = { authorization: `Bearer ${this.token}` };
    void fetch(this.#url + connectionPath, { method: 'DELETE', headers }).catch(() => {});
  }

  /** Polls no more, without a word. */
  vanish(): void {
    this.#end.abort();
  }

  closed(): Promise<string> {
    return this.#over;
  }

  /** Polls until the connection is no more; resolves with why, in the words of sockets. */
  async #poll(): Promise<string> {
    try {
      for (;;) {
        const answer = await this.poll(this.read, 25, this.token, this.#end.signal);
        if (!answer.ok) return 'io server disconnect';
        if (answer.status === 200) await this.#take(answer);
        else await answer.arrayBuffer();
      }
    } catch {
      return 'io client disconnect';
    }
  }

  async #take(answer: Response): Promise<void> {
    const { headers } = answer;
    this.read = Number(headers.get(numberHeader));
    this.receive(headers.get(eventHeader)!, new Uint8Array(await answer.arrayBuffer()));
  }
}
