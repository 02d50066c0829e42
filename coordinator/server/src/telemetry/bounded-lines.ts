import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import pino, { type DestinationStream } from 'pino';

/** Bytes of lines that wait for a reader at most. */
const mostWaiting = 4 << 20;

/** Lines for a reader that may be slow or stall: nobody waits for it, and what is too much is dropped and counted. */
export class BoundedLines implements DestinationStream {
  readonly #stream: Writable;
  readonly #most: number;
  #dropped = 0;
  #isOpen = true;
  /** Hears how many lines were dropped, once the reader goes on. */
  recovered: (lines: number) => void = () => {};

  constructor(stream: Writable, most = mostWaiting) {
    this.#stream = stream;
    this.#most = most;
    stream.on('drain', () => {
      const dropped = this.#dropped;
      this.#dropped = 0;
      if (dropped > 0) this.recovered(dropped);
    });
    // Nobody reads any more: lines go nowhere.
    stream.on('error', () => {
      this.#isOpen = false;
    });
  }

  write(line: string): void {
    if (!this.#isOpen) return;
    // All of a gap is in one place.
    if (this.#dropped > 0 || this.#stream.writableLength + Buffer.byteLength(line) > this.#most)
      this.#dropped += 1;
    else this.#stream.write(line);
  }
}

/** Standard error: what goes to another process waits for it in memory, bounded; files and terminals take each line at once. */
export function standardError(): DestinationStream {
  const kind = fstatSync(2);
  if (!kind.isFIFO() && !kind.isSocket()) return pino.destination({ dest: 2, sync: true });
  const socket = new Socket({ fd: 2, readable: false, writable: true });
  socket.unref();
  return new BoundedLines(socket);
}
