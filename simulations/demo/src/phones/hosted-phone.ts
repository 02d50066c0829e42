import type { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { TaskName } from '@murmuration/protocol/ids/ids';

/** Number of phones that take part, from the first on. */
export interface Turn {
  readonly awake: number;
}

/** Phone that takes part or rests on demand, and never leaves a round to rest. */
export class HostedPhone {
  readonly client: Pick<PlatformClient, 'on' | 'start' | 'stop'>;
  readonly #number: number;
  readonly #failed: (error: Error) => void;
  #isWanted = true;
  #isAwake = true;
  /** Tasks in whose rounds it has a part. */
  readonly #parts = new Set<TaskName>();

  /** Wraps a client; its owner starts it. */
  constructor(
    number: number,
    client: Pick<PlatformClient, 'on' | 'start' | 'stop'>,
    failed: (error: Error) => void,
  ) {
    this.#number = number;
    this.client = client;
    this.#failed = failed;
    client.on('round', ({ task, phase }) => this.#becomes(task, phase !== 'ended'));
    client.on('wait', ({ task }) => this.#becomes(task, false));
  }

  /** Takes part if it is its turn; else rests, once it has no part in a round. */
  follow({ awake }: Turn): void {
    this.#isWanted = this.#number < awake;
    this.#settle();
  }

  #becomes(task: TaskName, hasPart: boolean): void {
    if (hasPart) this.#parts.add(task);
    else this.#parts.delete(task);
    this.#settle();
  }

  #settle(): void {
    if (this.#isAwake === this.#isWanted || (this.#isAwake && this.#parts.size > 0)) return;
    this.#isAwake = this.#isWanted;
    const change = this.#isAwake ? this.client.start() : this.client.stop();
    change.catch(this.#failed);
  }
}
