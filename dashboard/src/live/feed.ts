import type { Changed, LiveEvents, livePath } from '@murmuration/api/live';
import type { Overview } from '@murmuration/api/overview';
import type { Clock } from '@murmuration/protocol/ports';
import { type ReadonlySignal, signal } from '@preact/signals';
import { io, type Socket } from 'socket.io-client';

const path: typeof livePath = '/v1/admin/live';

export type Connection = 'connecting' | 'live' | 'reconnecting';

/** What the coordinator tells by itself: how everything stands, and what has changed. */
export class Feed {
  readonly #overview = signal<Overview | null>(null);
  readonly #connection = signal<Connection>('connecting');
  readonly #ahead = signal(0);
  readonly #listeners = new Set<(change: Changed) => void>();
  readonly #socket: Socket<LiveEvents>;

  constructor(clock: Clock, signedOut: () => void) {
    this.#socket = io({ path, transports: ['websocket'], autoConnect: false, reconnectionDelayMax: 5_000 });
    this.#socket.on('connect', () => {
      this.#connection.value = 'live';
    });
    this.#socket.on('disconnect', () => this.#lost());
    this.#socket.on('connect_error', () => this.#lost());
    this.#socket.on('overview', overview => {
      this.#ahead.value = Date.parse(overview.time) - clock.now();
      this.#overview.value = overview;
    });
    this.#socket.on('changed', change => {
      for (const listener of this.#listeners) listener(change);
    });
    this.#socket.on('signed-out', signedOut);
  }

  /** How everything stands; null until the coordinator said so. */
  get overview(): ReadonlySignal<Overview | null> {
    return this.#overview;
  }

  get connection(): ReadonlySignal<Connection> {
    return this.#connection;
  }

  /** ms by which the coordinator's clock is ahead of this one. */
  get ahead(): ReadonlySignal<number> {
    return this.#ahead;
  }

  open(): void {
    this.#socket.connect();
  }

  close(): void {
    this.#socket.disconnect();
    this.#overview.value = null;
    this.#connection.value = 'connecting';
  }

  /** Calls `listener` for each change until the returned function is called. */
  onChange(listener: (change: Changed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #lost(): void {
    this.#connection.value = this.#overview.peek() ? 'reconnecting' : 'connecting';
  }
}
