import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import type { Queued, TrackingQueue } from './queue.ts';
import { TrackingRefusal } from './refusal.ts';

interface DelivererPorts<Operation extends Queued> {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly store: TrackingQueue<Operation>;
  /** Where faults are, such as `tracking`. */
  readonly where: string;
  /** Throws `server.unreachable` for what may pass, and `TrackingRefusal` for what is given up. */
  readonly perform: (operation: Operation) => Promise<void>;
  /** The server went away, or is back; or an operation was given up. */
  readonly fault: (where: string, error: unknown) => void;
  /** Operations that may wait. */
  readonly most: number;
}

const atOnce = 100;
const firstPause = 1_000;
const longestPause = 300_000;

/**
 * Tells a tracking server what waits, one operation after the other. While it is away all waits; what it refuses is given up, and disturbs
 * nothing that follows.
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

  /** Whether everything that waited was told at the last attempt. */
  get isHealthy(): boolean {
    return this.#failures === 0;
  }

  /** Keeps operations, and tells them when it can; resolves once they are kept. Throws `storage.*`. */
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

  /** Tells what waits, unless the server is being given time. */
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

  /** Resolves once nothing is on its way; what waits is kept for the next start. */
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
      // The first of several tells enough.
      if (this.#failures === 0) fault(where, error);
      this.#failures += 1;
      this.#wait();
    }
  }

  /** Twice as long after each failure, of which a half to all is drawn. */
  #wait(): void {
    const { clock, random } = this.#ports;
    const whole = Math.min(longestPause, firstPause * 2 ** Math.min(this.#failures - 1, 20));
    const [draw = 0] = random(1);
    this.#cancel = clock.at(clock.now() + Math.round(whole * (0.5 + draw / 510)), () => {
      this.#cancel = undefined;
      this.send();
    });
  }
}

/** Whether trying again would end in the same way: the server refused it, or what it is about is gone here. */
function isFinal(error: unknown): boolean {
  if (error instanceof TrackingRefusal) return true;
  if (!(error instanceof MurmurationError)) return false;
  return (
    error.code === 'model.missing' || error.code === 'model.corrupt' || error.code === 'request.not-found'
  );
}
