import { isErrorCode } from '@murmuration/protocol/errors/errors';

/** Messages that are kept, so that what was sent before a crash can be told. */
const remembered = 64;
/** Examples of what was not as it should be. */
const mostExamples = 20;

/** What became of the messages of a run. */
export class Tally {
  readonly wanted: number;
  messages = 0;
  decoded = 0;
  accepted = 0;
  /** Refusals by code. */
  readonly refusals = new Map<string, number>();
  uncodedRefusals = 0;
  /** Messages that got no answer in time, though the connection stood. */
  unanswered = 0;
  /** Connections that the coordinator closed in answer to a message. */
  closed = 0;
  readonly examples: string[] = [];
  readonly #latest: string[] = [];

  constructor(wanted: number) {
    this.wanted = wanted;
  }

  get isDone(): boolean {
    return this.messages >= this.wanted;
  }

  /** The messages that were sent last, the newest at the end. */
  get latest(): readonly string[] {
    return this.#latest;
  }

  sent(what: string, bytes: Uint8Array | string): void {
    this.messages += 1;
    this.#latest.push(`${what} ${typeof bytes === 'string' ? JSON.stringify(bytes) : hexOf(bytes)}`);
    if (this.#latest.length > remembered) this.#latest.shift();
  }

  /** The answer to a message: its code where it was refused, undefined where it was taken. */
  answered(code: unknown, isDecoded: boolean, what: () => string): void {
    if (isDecoded) this.decoded += 1;
    if (code === undefined) {
      this.accepted += 1;
      return;
    }
    if (isErrorCode(code)) this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
    else this.uncoded(`refused without a code: ${what()}`);
    if (code === 'server.internal') this.example(`broke the coordinator: ${what()}`);
  }

  uncoded(what: string): void {
    this.uncodedRefusals += 1;
    this.example(what);
  }

  silent(what: string): void {
    this.unanswered += 1;
    this.example(`not answered: ${what}`);
  }

  example(what: string): void {
    if (this.examples.length < mostExamples) this.examples.push(what.slice(0, 2_000));
  }
}

export function hexOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 512)).toString('hex');
  return bytes.byteLength > 512 ? `${text}… (${bytes.byteLength} bytes)` : text;
}
