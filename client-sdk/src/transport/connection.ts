import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { ConnectionState, FoundProblem } from './connection-state.ts';
import type { Transport } from './transport.ts';

/** ms between two searches for what is in the way, at least. */
const pause = 60_000;

/** How a client stands with its coordinator, and what is in the way. */
export class Connection {
  readonly #transport: Pick<Transport, 'findProblem'>;
  readonly #clock: Clock;
  readonly #changed: (state: ConnectionState) => void;
  #state: ConnectionState = { state: 'off' };
  #searchedAt = -Infinity;
  #found: FoundProblem | undefined;

  /** `changed` hears of each new state. */
  constructor(
    transport: Pick<Transport, 'findProblem'>,
    clock: Clock,
    changed: (state: ConnectionState) => void,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#changed = changed;
  }

  /** The same object until it changes. */
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

  /** The coordinator is no longer connected; `cause`: why, where the device has ended it. */
  lost(retryAt: number, cause?: MurmurationError): void {
    const { problem, detail } = this.#found ?? {};
    const error = cause ?? new MurmurationError('server.unreachable', detail);
    this.become({ state: 'waiting', error, retryAt, ...(problem && !cause && { problem }) });
  }

  /** The coordinator was not reached: what is in the way is looked for. */
  async failed(retryAt: number): Promise<void> {
    this.lost(retryAt);
    const now = this.#clock.now();
    if (now - this.#searchedAt < pause) return;
    this.#searchedAt = now;
    const found = await this.#transport.findProblem?.().catch(() => undefined);
    // A connection since has ended the search.
    if (!found || this.#searchedAt !== now) return;
    this.#found = found;
    const { state } = this;
    if (state.state === 'waiting' && state.error.code === 'server.unreachable') this.lost(state.retryAt);
  }
}
