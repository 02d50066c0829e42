import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Rates } from '@murmuration/protocol/time/rates';
import type { Limits } from '@murmuration/rounds/limits/limits';

/** ms for which a connection is not read that has too many messages waiting for answers. */
const pauseWhenFull = 250;

/** The connection that a message comes on. */
export interface Sender {
  /** Tells it from others, before its hello. */
  readonly id: string;
  /** Where it comes from, as addresses are counted. */
  readonly address: string;
  /** Messages that wait for their answers. */
  inFlight: number;
  /** Reads no further for `ms`, where what carries it can do that. */
  pause(ms: number): void;
}

/** Which messages are taken now: not too many at a time of one connection, nor too often of a device or an address, on whatever connections. */
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
   * What `handle` returns. `device` is undefined before the hello. Throws `request.too-many` or `request.too-often`, and reads no further
   * from the connection for a while.
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
