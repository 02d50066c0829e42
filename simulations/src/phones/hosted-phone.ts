import type { PlatformClient } from '@murmuration/client-sdk/client/client';

/** A phone that takes part or rests as it is told, and never leaves a round for that. */
export class HostedPhone {
  readonly client: Pick<PlatformClient, 'on' | 'start' | 'stop'>;
  readonly #number: number;
  readonly #failed: (error: Error) => void;
  #isWanted = true;
  #isAwake = true;
  #hasPart = false;

  /** The client starts by its owner. */
  constructor(
    number: number,
    client: Pick<PlatformClient, 'on' | 'start' | 'stop'>,
    failed: (error: Error) => void,
  ) {
    this.#number = number;
    this.client = client;
    this.#failed = failed;
    client.on('round', ({ phase }) => this.#becomes(phase !== 'ended'));
    client.on('wait', () => this.#becomes(false));
  }

  /** Takes part where it is among the first `count`; else rests, once it has no part in a round. */
  follow(count: number): void {
    this.#isWanted = this.#number < count;
    this.#settle();
  }

  #becomes(hasPart: boolean): void {
    this.#hasPart = hasPart;
    this.#settle();
  }

  #settle(): void {
    if (this.#isAwake === this.#isWanted || (this.#isAwake && this.#hasPart)) return;
    this.#isAwake = this.#isWanted;
    const change = this.#isAwake ? this.client.start() : this.client.stop();
    change.catch(this.#failed);
  }
}
