import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Queued, TrackingQueue } from './queue.ts';
import { TrackingRefusal } from './refusal.ts';

interface DelivererPorts<Operation extends Queued> {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly store: TrackingQueue<Operation>;
  /** Source of faults, such as `tracking`. */
  readonly where: string;
  /**
   * Performs an operation. Throws `server.unreachable` for a temporary failure, and `TrackingRefusal` for an
   * operation to give up.
   */
  readonly perform: (operation: Operation) => Promise<void>;
  /** Called when the server goes away, and when an operation is given up. */
  readonly fault: (where: string, error: unknown) => void;
  /** Most operations that may wait. */
  readonly most: number;
}

/** Operations, a line each, that wait for a server that is away: weeks of rounds, and some 100 MB at most. */
export const maxWaiting = 100_000;
const atOnce = 100;
const firstRedeliveryMs = 1_000;
const maxRedeliveryMs = 300_000;

/**
 * Sends waiting operations to a tracking server, one at a time. While the server is away, all of them wait;
 * an operation that it refuses is given up, and the next ones go on.
 */
export class TrackingDeliverer<Operation extends Queued> {
  readonly #ports: DelivererPorts<Operation>;
  #failures = 0;
  #sending: Promise<void> | undefined;
  #cancel: Cancel | undefined;
  #isClosed = false;
  #again = false;

  constructor(ports: DelivererPorts<Operation>) {
    this.#ports = ports;
  }

  /** True if the last attempt sent all operations. */
  get isHealthy(): boolean {
    return this.#failures === 0;
  }

  /** Stores operations, and sends them when possible; resolves once they are stored. Throws `storage.*`. */
  async append(operations: readonly Operation[]): Promise<void> {
    if (operations.length === 0) return;
    const { store, most, fault, where } = this.#ports;
    await store.append(operations);
    if ((await store.size()) > most) {
      const forgotten = await store.bound(most);
      if (forgotten > 0)
        fault(
          where,
          new MurmurationError(
            'server.unreachable',
            `${forgotten} of what waits were given up: too many wait.`,
          ),
        );
    }
    this.send();
  }

  /** Sends waiting operations, except during a pause after a failure. */
  send(): void {
    if (this.#isClosed || this.#cancel) return;
    if (this.#sending) {
      this.#again = true;
      return;
    }
    this.#sending = this.#drain().finally(() => {
      this.#sending = undefined;
      if (this.#again) {
        this.#again = false;
        this.send();
      }
    });
  }

  /** Resolves once no operation is being sent; the others are kept for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#sending;
  }

  async #drain(): Promise<void> {
    const { store, perform, fault, where } = this.#ports;
    try {
      for (let waiting = await store.first(atOnce); waiting.length > 0; waiting = await store.first(atOnce))
        for (const { number, operation } of waiting) {
          if (this.#isClosed) return;
          try {
            await perform(operation);
          } catch (error) {
            if (!isFinal(error)) throw error;
            fault(where, error);
          }
          await store.remove(number);
        }
      this.#failures = 0;
    } catch (error) {
      if (this.#isClosed) return;
      // Reports only the first of several failures in a row.
      if (this.#failures === 0) fault(where, error);
      this.#failures += 1;
      this.#wait();
    }
  }

  /** Schedules the next attempt: the pause doubles after each failure, and half to all of it is drawn. */
  #wait(): void {
    const { clock, random } = this.#ports;
    const whole = Math.min(maxRedeliveryMs, firstRedeliveryMs * 2 ** Math.min(this.#failures - 1, 20));
    const [draw = 0] = random(1);
    this.#cancel = clock.at(clock.now() + Math.round(whole * (0.5 + draw / 510)), () => {
      this.#cancel = undefined;
      this.send();
    });
  }
}

/**
 * True if another attempt would fail in the same way: the server refused the operation, or its subject no
 * longer exists here.
 */
function isFinal(error: unknown): boolean {
  if (error instanceof TrackingRefusal) return true;
  if (!(error instanceof MurmurationError)) return false;
  return (
    error.code === 'model.missing' || error.code === 'model.corrupt' || error.code === 'request.not-found'
  );
}
