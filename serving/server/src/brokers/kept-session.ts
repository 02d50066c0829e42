import { messageOf } from '@murmuration/protocol/errors/errors';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { backOff } from '@murmuration/protocol/time/back-off';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';

/** Connection to a broker, from its opening to its loss. */
export interface BrokerSession {
  /** Resolves with the reason once the connection is lost. */
  readonly lost: Promise<unknown>;
  /** Takes no more requests, finishes those under way, and disconnects. After a loss, frees its resources. */
  close(): Promise<void>;
}

export interface KeptSessionPorts {
  /** Rejects if the broker can't be reached now. */
  readonly open: () => Promise<BrokerSession>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly connected: () => void;
  /** Called when the connection is lost; the next try is in `wait` ms. */
  readonly lost: (reason: string, wait: number) => void;
}

const pauses = { first: 500, longest: 30_000 };
/** Milliseconds that a session must last to reset the back-off. */
const minLastingMs = 60_000;

/** Opens a session, and another one whenever it is lost, with back-off and jitter, until it is closed. */
export class KeptSession {
  readonly #ports: KeptSessionPorts;
  readonly #running: Promise<void>;
  #trouble: string | undefined = 'It is not connected yet.';
  #isClosed = false;
  #closing: () => void = () => {};
  readonly #closed: Promise<void>;

  constructor(ports: KeptSessionPorts) {
    this.#ports = ports;
    this.#closed = new Promise(resolve => {
      this.#closing = resolve;
    });
    this.#running = this.#run();
  }

  /** Reason why there is no session now; undefined if there is one. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Closes the session, and waits for its end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, random, lost } = this.#ports;
    let failures = 0;
    while (!this.#isClosed) {
      const began = clock.now();
      const reason = await this.#once();
      if (this.#isClosed) break;
      if (clock.now() - began >= minLastingMs) failures = 0;
      const wait = backOff(failures++, pauses, random);
      this.#trouble = reason;
      lost(reason, wait);
      await this.#pause(wait);
    }
    this.#trouble = 'It is closed.';
  }

  /** Runs one session, and returns the reason for its end. */
  async #once(): Promise<string> {
    let session: BrokerSession;
    try {
      session = await this.#ports.open();
    } catch (error) {
      return messageOf(error);
    }
    if (!this.#isClosed) {
      this.#trouble = undefined;
      this.#ports.connected();
    }
    const reason = await Promise.race([session.lost, this.#closed]);
    await session.close();
    return messageOf(reason ?? 'The connection is closed.');
  }

  async #pause(ms: number): Promise<void> {
    const { clock } = this.#ports;
    let cancel: Cancel = () => {};
    const over = new Promise<void>(resolve => {
      cancel = clock.at(clock.now() + ms, resolve);
    });
    await Promise.race([over, this.#closed]);
    cancel();
  }
}
