import type { Changed, LiveEvents, livePath } from '@murmuration/api/live';
import type { LogLines } from '@murmuration/api/log';
import type { Overview } from '@murmuration/api/overview';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { type ReadonlySignal, signal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';

/** Milliseconds until the next try, when socket.io does not retry on its own. */
const reconnectMs = 1_500;

const path: typeof livePath = '/v1/admin/live';

export type FeedConnection = 'connecting' | 'live' | 'reconnecting';

/** Live updates from the coordinator: the overview, and subjects that have changed. */
export class Feed {
  readonly #overview = signal<Overview | null>(null);
  readonly #connection = signal<FeedConnection>('connecting');
  readonly #ahead = signal(0);
  readonly #listeners = new Set<(change: Changed) => void>();
  readonly #readers = new Set<(lines: LogLines) => void>();
  readonly #socket: Socket<LiveEvents>;
  readonly #clock: Clock;
  #cancelRetry: Cancel = () => {};
  #isWanted = false;

  /**
   * @param signedOut called when the session ended.
   * @param refused called when the coordinator refused the connection, for a reason that a WebSocket can't
   * read.
   */
  constructor(clock: Clock, { signedOut, refused }: { signedOut: () => void; refused: () => void }) {
    this.#clock = clock;
    this.#socket = io({ path, transports: ['websocket'], autoConnect: false, reconnectionDelayMax: 5_000 });
    this.#socket.on('connect', () => {
      this.#connection.value = 'live';
    });
    this.#socket.on('disconnect', () => this.#lost());
    this.#socket.on('connect_error', () => {
      this.#lost();
      refused();
    });
    this.#socket.on('overview', overview => {
      this.#ahead.value = Date.parse(overview.time) - clock.now();
      this.#overview.value = overview;
    });
    this.#socket.on('changed', change => {
      for (const listener of this.#listeners) listener(change);
    });
    this.#socket.on('log', lines => {
      for (const reader of this.#readers) reader(lines);
    });
    this.#socket.on('signed-out', signedOut);
  }

  /** Current overview; null until the first one arrives. */
  get overview(): ReadonlySignal<Overview | null> {
    return this.#overview;
  }

  get connection(): ReadonlySignal<FeedConnection> {
    return this.#connection;
  }

  /** Milliseconds by which the coordinator's clock is ahead of this one. */
  get ahead(): ReadonlySignal<number> {
    return this.#ahead;
  }

  open(): void {
    this.#isWanted = true;
    this.#socket.connect();
  }

  /** Ends the connection; the last overview stays visible. */
  rest(): void {
    this.#isWanted = false;
    this.#cancelRetry();
    this.#socket.disconnect();
    this.#lost();
  }

  /** Ends the connection, and forgets the overview. */
  close(): void {
    this.rest();
    this.#overview.value = null;
    this.#connection.value = 'connecting';
  }

  /** Calls `listener` for each change until the returned function is called. */
  onChange(listener: (change: Changed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls `reader` with lines of the log, as they are written, until the returned function is called. */
  onLog(reader: (lines: LogLines) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  #lost(): void {
    this.#connection.value = this.#overview.peek() ? 'reconnecting' : 'connecting';
    this.#cancelRetry();
    // After a connection that the server ended, as a stopping coordinator does, socket.io does not retry.
    if (this.#isWanted && !this.#socket.active)
      this.#cancelRetry = this.#clock.at(this.#clock.now() + reconnectMs, () => this.#socket.connect());
  }
}
