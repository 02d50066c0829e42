import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Rates } from '@murmuration/protocol/time/rates';
import type { Limits } from '@murmuration/rounds/limits/limits';

/** Milliseconds for which a connection with too many unanswered messages is not read. */
const pauseWhenFull = 250;

/** Connection that a message arrives on. */
export interface Sender {
  /** Identifies the connection before its hello. */
  readonly id: string;
  /** Address of the peer, as rate limits count it. */
  readonly address: string;
  /** Number of messages that wait for their answers. */
  inFlight: number;
  /** Stops reading for `ms`, if the transport can do that. */
  pause(ms: number): void;
}

/**
 * Admission control of messages: limits how many of a connection are unanswered, and how often a device or an
 * address sends, over all of its connections.
 */
export class Admission {
  readonly #inFlight: number;
  readonly #messages: Rates;
  readonly #messagesFrom: Rates;
  readonly #enrolmentsFrom: Rates;
  readonly #predictions: Rates;

  constructor(limits: Limits, clock: Clock) {
    this.#inFlight = limits.inFlight;
    this.#messages = new Rates(limits.messages, clock);
    this.#messagesFrom = new Rates(limits.messagesPerAddress, clock);
    this.#enrolmentsFrom = new Rates(limits.enrolmentsPerAddress, clock);
    this.#predictions = new Rates(limits.predictionsPerDevice, clock);
  }

  /**
   * Returns the result of `handle`. `device` is undefined before the hello. Throws `request.too-many` or
   * `request.too-often`, and stops reading the connection for a while.
   */
  async admit<Result>(
    sender: Sender,
    device: DeviceId | undefined,
    event: DeviceEvent | undefined,
    handle: () => Promise<Result>,
  ): Promise<Result> {
    if (sender.inFlight >= this.#inFlight) {
      sender.pause(pauseWhenFull);
      throw new MurmurationError('request.too-many', undefined, { after: pauseWhenFull });
    }
    sender.inFlight += 1;
    try {
      const { address } = sender;
      const who = device ?? sender.id;
      const wait =
        this.#messages.take(who) ||
        this.#messagesFrom.take(address) ||
        (event === 'enrol' ? this.#enrolmentsFrom.take(address) : 0) ||
        (event === 'predict' ? this.#predictions.take(who) : 0);
      if (wait > 0) {
        sender.pause(wait);
        throw new MurmurationError('request.too-often', undefined, { after: wait });
      }
      return await handle();
    } finally {
      sender.inFlight -= 1;
    }
  }
}
