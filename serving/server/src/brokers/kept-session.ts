import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import { backOff } from '@murmuration/protocol/time/back-off';
import type { Clock } from '@murmuration/protocol/time/clock';
import { sleep } from '@murmuration/protocol/time/sleep';
import type { BrokerPorts, BrokerProtocol } from './broker.ts';

/** Connection to a broker, from its opening to its loss. */
export interface BrokerSession {
  /** Resolves with the reason once the connection is lost. */
  readonly lost: Promise<unknown>;
  /** Takes no more requests, finishes those under way, and disconnects. After a loss, frees its resources. */
  close(): Promise<void>;
}

/** Milliseconds between two measurements of the lag. */
const lagInterval = 5_000;
const pauses = { first: 500, longest: 30_000 };
/** Milliseconds that a session must last to reset the back-off. */
const minLastingMs = 60_000;

/**
 * Consumer of a broker's requests: opens a session, and another one whenever it is lost, with back-off and
 * jitter, until it is closed.
 */
export class KeptSession {
  readonly protocol: BrokerProtocol;
  readonly #ports: Pick<BrokerPorts, 'clock' | 'random' | 'events'>;
  readonly #open: () => Promise<BrokerSession>;
  readonly #running: Promise<void>;
  readonly #stop = new AbortController();
  #trouble: string | undefined = 'It is not connected yet.';

  /** Makes a consumer; `open` rejects if the broker can't be reached now. */
  constructor(
    protocol: BrokerProtocol,
    ports: Pick<BrokerPorts, 'clock' | 'random' | 'events'>,
    open: () => Promise<BrokerSession>,
  ) {
    this.protocol = protocol;
    this.#ports = ports;
    this.#open = open;
    this.#running = this.#run();
  }

  /** Reason why no requests are taken now; undefined if they are. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Takes no more requests, answers those under way, and disconnects. */
  async close(): Promise<void> {
    this.#stop.abort(new MurmurationError('server.stopping'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, random, events } = this.#ports;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      const began = clock.now();
      const reason = await this.#once(signal);
      if (signal.aborted) break;
      if (clock.now() - began >= minLastingMs) failures = 0;
      const wait = backOff(failures++, pauses, random);
      this.#trouble = reason;
      events.lost?.(this.protocol, reason, wait);
      await sleep(wait, clock, signal).catch(() => {});
    }
    this.#trouble = 'It is closed.';
  }

  /** Runs one session, and returns the reason for its end. */
  async #once(signal: AbortSignal): Promise<string> {
    let session: BrokerSession;
    try {
      session = await this.#open();
    } catch (error) {
      return messageOf(error);
    }
    if (!signal.aborted) {
      this.#trouble = undefined;
      this.#ports.events.connected?.(this.protocol);
    }
    const reason = await untilAborted(session.lost, signal).catch(messageOf);
    await session.close();
    return messageOf(reason);
  }
}

/**
 * Measures a broker's lag until `signal` is aborted or a measurement fails; `failed` then gets the error.
 */
export async function watchLag(
  measure: () => Promise<void>,
  clock: Clock,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<void> {
  try {
    for (;;) {
      await measure();
      await sleep(lagInterval, clock, signal);
    }
  } catch (error) {
    if (!signal.aborted) failed(error);
  }
}
