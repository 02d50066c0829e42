import type { PlatformClient } from '@murmuration/client-sdk/client/client';

/** Which phones take part: so many of all of them, from one number on, and after the last the first. */
export interface Turn {
  readonly awake: number;
  readonly from: number;
  /** Phones that there are. */
  readonly of: number;
}

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

  /** Takes part where it is its turn; else rests, once it has no part in a round. */
  follow({ awake, from, of }: Turn): void {
    this.#isWanted = (this.#number - (from % of) + of) % of < awake;
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
