import { once } from 'node:events';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { decodeFrame } from '@murmuration/protocol/messages/frame';
import { challenge } from '@murmuration/protocol/messages/hello';
import { WebSocket } from 'ws';

/** ms for which an answer is waited for. */
const patience = 60_000;

export type Answer =
  | { readonly type: 'ack'; readonly frame: Uint8Array }
  | { readonly type: 'closed' }
  | { readonly type: 'silence' };

/** A connection to a coordinator with nothing between its owner and the packets of socket.io. */
export class BareSocket {
  nonce: Uint8Array = new Uint8Array(32);
  readonly #webSocket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #challenged: Promise<void>;
  #settle!: () => void;
  /** The header of a packet whose bytes come next. */
  #header: string | undefined;
  #next = 0;

  private constructor(url: string) {
    this.#challenged = new Promise(resolve => {
      this.#settle = resolve;
    });
    const address = `${url.replace('http', 'ws')}${socketPath}/?EIO=4&transport=websocket`;
    this.#webSocket = new WebSocket(address, { perMessageDeflate: false });
    this.#webSocket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    this.#webSocket.on('error', () => {});
    this.#webSocket.on('close', () => {
      this.#settle();
      for (const settle of this.#waiting.values()) settle({ type: 'closed' });
      this.#waiting.clear();
    });
  }

  /** Connects, and waits for the challenge. */
  static async open(url: string): Promise<BareSocket> {
    const socket = new BareSocket(url);
    await socket.#challenged;
    return socket;
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === WebSocket.OPEN;
  }

  /** Sends an event; its arguments stand as JSON in the header, `frames` follow as bytes. */
  ask(
    event: unknown,
    frames: readonly Uint8Array[],
    args: readonly unknown[] = placeholders(frames),
  ): Promise<Answer> {
    const number = this.#next++;
    const kind = frames.length > 0 ? `45${frames.length}-` : '42';
    return this.#answer(number, () => {
      this.write(`${kind}${number}${JSON.stringify([event, ...args])}`);
      for (const frame of frames) this.write(frame);
    });
  }

  /** Whether the coordinator still answers after what was written before. */
  probe(): Promise<Answer> {
    return this.ask('probe', []);
  }

  write(data: string | Uint8Array): void {
    if (this.isOpen) this.#webSocket.send(data, { binary: typeof data !== 'string' });
  }

  async close(): Promise<void> {
    if (this.#webSocket.readyState === WebSocket.CLOSED) return;
    this.#webSocket.terminate();
    await once(this.#webSocket, 'close');
  }

  #answer(number: number, send: () => void): Promise<Answer> {
    if (!this.isOpen) return Promise.resolve({ type: 'closed' });
    return new Promise(resolve => {
      const timer = setTimeout(() => settle({ type: 'silence' }), patience);
      const settle = (answer: Answer) => {
        clearTimeout(timer);
        this.#waiting.delete(number);
        resolve(answer);
      };
      this.#waiting.set(number, settle);
      send();
    });
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      const header = this.#header ?? '';
      this.#header = undefined;
      if (header.startsWith('61-')) {
        const number = Number.parseInt(header.slice(3), 10);
        this.#waiting.get(number)?.({ type: 'ack', frame: new Uint8Array(data) });
      } else if (header.includes('"challenge"')) {
        this.nonce = decodeFrame(new Uint8Array(data), challenge).nonce;
        this.#settle();
      }
      return;
    }
    const text = data.toString();
    if (text.startsWith('0')) this.write('40');
    else if (text === '2') this.write('3');
    else if (text.startsWith('4')) this.#header = text.slice(1);
  }
}

const placeholders = (frames: readonly Uint8Array[]) => frames.map((_, num) => ({ _placeholder: true, num }));
