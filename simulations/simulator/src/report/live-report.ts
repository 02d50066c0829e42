import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { RunSoFar } from '../run-events/run.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import { runPage } from './run-page/run-page.ts';

/** Maximum connections at a time. */
const mostReaders = 16;
/** Milliseconds between two pages, and until a reader who is between two has come for the last. */
const pause = 1_000;

/**
 * Serves the report of a run under way to browsers on this machine. A request with the newest page's tag is
 * answered once there is a newer one; one for another host is refused, whatever name led to this address.
 */
export class LiveReport {
  readonly #clock: Clock;
  readonly #server = createServer((request, response) => this.#asked(request, response));
  readonly #waiting = new Set<ServerResponse>();
  #run: RunSoFar | undefined;
  /** Number of events, which is the tag of the page with all of them. */
  #events = 0;
  #isOver = false;
  #next: Cancel | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#server.maxConnections = mostReaders;
  }

  /** Listens on a free port, and returns the address of the page. */
  async open(): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://${this.#host}/`;
  }

  /** Takes the events of runs, one run after the other. */
  take(event: RunEvent): void {
    if (event.type === 'run-begun') this.#run = new RunSoFar();
    this.#run?.take(event);
    this.#events += 1;
    this.#next ??= this.#clock.at(this.#clock.now() + pause, () => this.#answer());
  }

  /** Sends the last page to all who follow, and ends. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#answer();
    await new Promise<void>(resolve => this.#clock.at(this.#clock.now() + pause, resolve));
    const closed = new Promise(resolve => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  get #host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #asked({ method, url, headers }: IncomingMessage, response: ServerResponse): void {
    if (method !== 'GET' || url !== '/' || headers.host !== this.#host) {
      response.writeHead(404).end();
      return;
    }
    this.#waiting.add(response);
    response.on('close', () => this.#waiting.delete(response));
    if (this.#isOver || headers['if-none-match'] !== `"${this.#events}"`) this.#answer();
  }

  #answer(): void {
    this.#next?.();
    this.#next = undefined;
    if (!this.#run || this.#waiting.size === 0) return;
    const page = runPage(this.#run.run, !this.#isOver);
    for (const response of this.#waiting)
      response
        .writeHead(200, {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': "frame-ancestors 'none'",
          'cross-origin-resource-policy': 'same-origin',
          'cache-control': 'no-store',
          etag: `"${this.#events}"`,
        })
        .end(page);
    this.#waiting.clear();
  }
}
