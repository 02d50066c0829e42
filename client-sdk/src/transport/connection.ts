import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ConnectionState, FoundProblem } from './connection-state.ts';
import type { Transport } from './transport.ts';

/** Least ms between two searches for the problem. */
const minSearchGapMs = 60_000;

/** State of the connection to the coordinator, and its problem. */
export class ConnectionWatch {
  readonly #transport: Pick<Transport, 'findProblem'>;
  readonly #clock: Clock;
  readonly #changed: (state: ConnectionState) => void;
  #state: ConnectionState = { state: 'off' };
  #searchedAt = -Infinity;
  #found: FoundProblem | undefined;

  /** Creates the state `off`; `changed` gets each new state. */
  constructor(
    transport: Pick<Transport, 'findProblem'>,
    clock: Clock,
    changed: (state: ConnectionState) => void,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** State; the same object until it changes. */
  get state(): ConnectionState {
    return this.#state;
  }

  become(state: ConnectionState): void {
    if (state.state === 'connected') {
      this.#searchedAt = -Infinity;
      this.#found = undefined;
    }
    if (state.state === this.#state.state && !('error' in state)) return;
    this.#state = state;
    this.#changed(state);
  }

  /** Handles the end of the connection; `cause`: the device's reason, if the device ended it. */
  lost(retryAt: number, cause?: MurmurationError): void {
    const { problem, detail } = this.#found ?? {};
    const error = cause ?? new MurmurationError('server.unreachable', detail);
    this.become({ state: 'waiting', error, retryAt, ...(problem && !cause && { problem }) });
  }

  /** Handles a failed try to connect: searches for the problem. */
  async failed(retryAt: number): Promise<void> {
    this.lost(retryAt);
    const now = this.#clock.now();
    if (now - this.#searchedAt < minSearchGapMs) return;
    this.#searchedAt = now;
    const found = await this.#transport.findProblem?.().catch(() => undefined);
    // A connection since then has ended the search.
    if (!found || this.#searchedAt !== now) return;
    this.#found = found;
    const { state } = this;
    if (state.state === 'waiting' && state.error.code === 'server.unreachable') this.lost(state.retryAt);
  }
}
