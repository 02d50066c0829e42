import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { Resender } from '@murmuration/protocol/sending/resender';
import { backOff } from '@murmuration/protocol/time/back-off';
import type { Clock } from '@murmuration/protocol/time/clock';
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
const redeliveryMs = { first: 1_000, longest: 300_000 };

/**
 * Sends waiting operations to a tracking server, one at a time. While the server is away, all of them wait;
 * an operation that it refuses is given up, and the next ones go on.
 */
export class TrackingDeliverer<Operation extends Queued> {
  readonly #ports: DelivererPorts<Operation>;
  readonly #resender: Resender;
  #isClosed = false;

  constructor(ports: DelivererPorts<Operation>) {
    this.#ports = ports;
    const { clock, random, fault, where } = ports;
    this.#resender = new Resender({
      clock,
      drain: () => this.#drain(),
      pause: failures => backOff(failures - 1, redeliveryMs, random),
      failed: error => fault(where, error),
    });
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
    this.#resender.send();
  }

  /** Resolves once no operation is being sent; the others are kept for the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#resender.close();
  }

  async #drain(): Promise<void> {
    const { store, perform, fault, where } = this.#ports;
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
