import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import pino, { type DestinationStream } from 'pino';

/** Maximum bytes of lines that wait for a reader. */
const maxWaitingBytes = 4 << 20;

/**
 * Output of lines to a reader that may be slow or stall: writers never wait for it, and lines beyond the
 * limit are dropped and counted.
 */
export class BoundedLines implements DestinationStream {
  readonly #stream: Writable;
  readonly #most: number;
  #dropped = 0;
  #isOpen = true;
  /** Called with the number of dropped lines once the reader continues. */
  recovered: (lines: number) => void = () => {};

  constructor(stream: Writable, most = maxWaitingBytes) {
    this.#stream = stream;
    this.#most = most;
    stream.on('drain', () => {
      const dropped = this.#dropped;
      this.#dropped = 0;
      if (dropped > 0) this.recovered(dropped);
    });
    // The reader is gone, so lines are discarded.
    stream.on('error', () => {
      this.#isOpen = false;
    });
  }

  write(line: string): void {
    if (!this.#isOpen) return;
    // Drops on until all is read, so that the lost lines form a single gap.
    if (this.#dropped > 0 || this.#stream.writableLength + Buffer.byteLength(line) > this.#most)
      this.#dropped += 1;
    else this.#stream.write(line);
  }
}

/**
 * Returns standard error. Output to another process waits in bounded memory; files and terminals take each
 * line at once.
 */
export function standardError(): DestinationStream {
  const kind = fstatSync(2);
  if (!kind.isFIFO() && !kind.isSocket()) return pino.destination({ dest: 2, sync: true });
  const socket = new Socket({ fd: 2, readable: false, writable: true });
  socket.unref();
  return new BoundedLines(socket);
}
