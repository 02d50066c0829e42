import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { fromBase64, toBase64 } from '../storage/base64.ts';
import { crc32 } from './crc32.ts';
import { pack, unpack } from './packing.ts';

/** Start of each of our texts on the bridge, which others may share. */
export const linkPrefix = 'murmuration/1';

export interface LinkLimits {
  /** Most bytes of a chunk; a third more as text. */
  readonly chunkBytes: number;
  /** Most unread chunks in flight. */
  readonly window: number;
  /** Most bytes of an incoming message. */
  readonly messageBytes: number;
  /** Most partial incoming messages. */
  readonly messages: number;
}

export const linkLimits: LinkLimits = {
  chunkBytes: 196_608,
  window: 8,
  messageBytes: 268_435_456,
  messages: 4,
};

export interface LinkPorts {
  /** Posts a text on the bridge. */
  post(text: string): void;
  /** Takes a message of the other end, in the order of sending, except that short ones overtake long ones. */
  deliver(message: unknown): void;
  /** Called once if the other end breaks the protocol; nothing is delivered afterwards. */
  broken(error: MurmurationError): void;
}

/** Message being sent. */
interface Outgoing {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly chunks: number;
  next: number;
}

/** Message received in part. */
interface Incoming {
  readonly chunks: number;
  readonly parts: Uint8Array[];
  length: number;
}

/**
 * End of a link over a bridge that carries texts: messages of plain data as numbered chunks of
 * bounded size, with checksums, and few in flight. Texts without the link's token are from others, or
 * from an earlier page, and are ignored.
 */
export class Link {
  readonly #head: string;
  readonly #ports: LinkPorts;
  readonly #limits: LinkLimits;
  readonly #short: Outgoing[] = [];
  readonly #long: Outgoing[] = [];
  readonly #incoming = new Map<number, Incoming>();
  /** Number of messages; of chunks sent, sent and read, and received. */
  #messages = 0;
  #sent = 0;
  #read = 0;
  #received = 0;
  #isOver = false;

  constructor(token: string, ports: LinkPorts, limits: LinkLimits = linkLimits) {
    this.#head = `${linkPrefix} ${token} `;
    this.#ports = ports;
    this.#limits = limits;
  }

  /**
   * Sends a message. Throws `training.failed` if it is not plain data; `request.too-large`
   * if the other end would not take it.
   */
  send(message: unknown): void {
    if (this.#isOver) return;
    const bytes = pack(message);
    const { chunkBytes, messageBytes } = this.#limits;
    if (bytes.length > messageBytes)
      throw new MurmurationError(
        'request.too-large',
        `A message of ${bytes.length} bytes does not go to a web view; ${messageBytes} do.`,
      );
    const chunks = Math.ceil(bytes.length / chunkBytes);
    const queue = chunks > 1 ? this.#long : this.#short;
    queue.push({ number: this.#messages++, bytes, chunks, next: 0 });
    this.#pump();
  }

  /** Takes any text of the bridge; returns true if it belongs to this link. */
  hear(text: string): boolean {
    if (this.#isOver || !text.startsWith(this.#head)) return false;
    try {
      const [kind, ...fields] = text.slice(this.#head.length).split(' ');
      if (kind === 'read' && fields.length === 1) this.#hearRead(whole(fields[0]));
      else if (kind === 'chunk' && fields.length === 6) this.#hearChunk(fields);
      else throw violation('it is of no kind that is known');
    } catch (cause) {
      this.close();
      this.#ports.broken(
        cause instanceof MurmurationError
          ? cause
          : new MurmurationError('training.bridge', undefined, { cause }),
      );
    }
    return true;
  }

  /** Stops sending and delivering. */
  close(): void {
    this.#isOver = true;
    this.#short.length = 0;
    this.#long.length = 0;
    this.#incoming.clear();
  }

  #pump(): void {
    const { chunkBytes, window } = this.#limits;
    while (!this.#isOver && this.#sent - this.#read < window) {
      const queue = this.#short.length > 0 ? this.#short : this.#long;
      const message = queue[0];
      if (!message) return;
      const { number, bytes, chunks, next } = message;
      const chunk = bytes.subarray(next * chunkBytes, (next + 1) * chunkBytes);
      message.next += 1;
      if (message.next === chunks) queue.shift();
      const fields = [this.#sent++, number, next, chunks, crc32(chunk), toBase64(chunk)];
      this.#ports.post(`${this.#head}chunk ${fields.join(' ')}`);
    }
  }

  #hearRead(chunk: number): void {
    if (chunk !== this.#read || this.#read >= this.#sent)
      throw violation(`it says that chunk ${chunk} was read, of ${this.#sent}, after ${this.#read}`);
    this.#read += 1;
    this.#pump();
  }

  #hearChunk([chunk, number, index, count, sum, text]: readonly string[]): void {
    const { chunkBytes, messageBytes, messages } = this.#limits;
    if (whole(chunk) !== this.#received)
      throw violation(`chunk ${chunk} came where ${this.#received} was to come`);
    this.#received += 1;
    if (text!.length > Math.ceil((chunkBytes * 4) / 3)) throw violation('a chunk is too large');
    const bytes = fromBase64(text!);
    if (!bytes || crc32(bytes) !== whole(sum)) throw violation('a chunk is damaged');
    const chunks = whole(count);
    const message = whole(number);
    const begun = this.#incoming.get(message) ?? { chunks, parts: [], length: 0 };
    if (chunks < 1 || begun.chunks !== chunks || begun.parts.length !== whole(index))
      throw violation(`part ${index} of ${count} does not follow the ${begun.parts.length} before`);
    begun.parts.push(bytes);
    begun.length += bytes.length;
    if (begun.length > messageBytes) throw violation(`a message has more than ${messageBytes} bytes`);
    const isWhole = begun.parts.length === chunks;
    if (isWhole) this.#incoming.delete(message);
    else this.#incoming.set(message, begun);
    if (this.#incoming.size > messages)
      throw violation(`more than ${messages} messages come at the same time`);
    this.#ports.post(`${this.#head}read ${chunk}`);
    if (isWhole) this.#ports.deliver(unpack(joined(begun)));
  }
}

function joined({ parts, length }: Incoming): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function whole(text: string | undefined): number {
  if (!text || !/^(0|[1-9]\d{0,14})$/.test(text)) throw violation('a number is none');
  return Number(text);
}

/** Returns the error for a text that the protocol of the bridge forbids. */
export function violation(why: string): MurmurationError {
  return new MurmurationError(
    'training.bridge',
    `What came over the bridge of the web view is not allowed: ${why}.`,
  );
}
