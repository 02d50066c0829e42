import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Transport } from '../transport/transport.ts';

/** ms to which the rest of a wake is rounded down, so that it tells no device from others. */
const roundedTo = 10_000;

/** For how long the system keeps an app awake that nobody looks at. */
export interface BackgroundOptions {
  /** ms from now until which the app has to be done: what the system gives, such as 30,000 for a refresh. */
  readonly deadlineMs: number;
  /** Whether the system has granted a processing task, which may train; false by default. */
  readonly processing?: boolean;
  /** Ends it at once, as when the system takes the rest of its time back. */
  readonly signal?: AbortSignal;
}

/** A wake of the app in the background: until when it lasts, and what still goes on in it. */
export class Wake {
  readonly #clock: Clock;
  readonly #until: number;
  readonly #mayTrain: boolean;
  /** Requests for bulk that are under way. */
  #transfers = 0;
  #changed: () => void = () => {};

  constructor(clock: Clock, { deadlineMs, processing = false }: BackgroundOptions) {
    this.#clock = clock;
    this.#until = clock.now() + deadlineMs;
    this.#mayTrain = processing;
  }

  /** How long the phone stays awake for a round; 0 where it may not train. */
  conditions(): Conditions {
    const left = this.#mayTrain ? Math.max(0, this.#until - this.#clock.now()) : 0;
    return { awake: Math.floor(left / roundedTo) * roundedTo };
  }

  get isTransferring(): boolean {
    return this.#transfers > 0;
  }

  /** Calls `changed` each time that a transfer begins or ends. */
  watch(changed: () => void): void {
    this.#changed = changed;
  }

  /** What `work` moves counts as under way until it has settled. */
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

/** The same transport, whose downloads and uploads the wake of this moment knows of. */
export function awaited(transport: Transport, wake: () => Wake | undefined): Transport {
  const during = <Result>(work: Promise<Result>) => wake()?.during(work) ?? work;
  return {
    ...transport,
    download: (...args) => during(transport.download(...args)),
    upload: (...args) => during(transport.upload(...args)),
  };
}
