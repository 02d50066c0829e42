import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Transport } from '../transport/transport.ts';

/** Milliseconds to which the rest of a wake is rounded down, so that it identifies no device. */
const roundedTo = 10_000;

/** Limits of a wake in the background. */
export interface BackgroundOptions {
  /** Milliseconds from now until the app must be done: the system's limit, such as 30,000 for a refresh. */
  readonly deadlineMs: number;
  /** True if the system has granted a processing task, which may train. @default false */
  readonly processing?: boolean;
  /** Ends the wake at once, as when the system takes the rest of its time back. */
  readonly signal?: AbortSignal;
}

/** Wake of the app in the background: its end, and its running transfers. */
export class Wake {
  readonly #clock: Clock;
  readonly #until: number;
  readonly #mayTrain: boolean;
  /** Number of running bulk requests. */
  #transfers = 0;
  #changed: () => void = () => {};

  constructor(clock: Clock, { deadlineMs, processing = false }: BackgroundOptions) {
    this.#clock = clock;
    this.#until = clock.now() + deadlineMs;
    this.#mayTrain = processing;
  }

  /** Returns how long the phone stays awake for a round, ms; 0 if it may not train. */
  conditions(): Conditions {
    const left = this.#mayTrain ? Math.max(0, this.#until - this.#clock.now()) : 0;
    return { awake: Math.floor(left / roundedTo) * roundedTo };
  }

  get isTransferring(): boolean {
    return this.#transfers > 0;
  }

  /** Calls `changed` whenever a transfer begins or ends. */
  watch(changed: () => void): void {
    this.#changed = changed;
  }

  /** Counts `work` as a transfer until it settles. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    this.#transfers += 1;
    this.#changed();
    try {
      return await work;
    } finally {
      this.#transfers -= 1;
      this.#changed();
    }
  }
}

/** Returns the transport with downloads and uploads counted in the current wake. */
export function awaited(transport: Transport, wake: () => Wake | undefined): Transport {
  const during = <Result>(work: Promise<Result>) => wake()?.during(work) ?? work;
  return {
    ...transport,
    download: (...args) => during(transport.download(...args)),
    upload: (...args) => during(transport.upload(...args)),
  };
}
