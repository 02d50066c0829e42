import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { DeviceEvent } from '@murmuration/protocol/messages/channel';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Rates } from '@murmuration/protocol/time/rates';
import type { Limits } from '../limits/limits.ts';
import type { SocketCarrier } from './socket-carrier.ts';

/** ms for which a connection is not read that has too many messages waiting for answers. */
const pauseWhenFull = 250;

/** Which messages are taken now: not too many at a time of one connection, nor too often of a device or an address. */
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
    carrier: SocketCarrier,
    device: DeviceId | undefined,
    event: DeviceEvent | undefined,
    handle: () => Promise<Result>,
  ): Promise<Result> {
    const { transport } = carrier;
    if (carrier.inFlight >= this.#inFlight) {
      transport.pause(pauseWhenFull);
      throw new MurmurationError('request.too-many', undefined, { after: pauseWhenFull });
    }
    carrier.inFlight += 1;
    try {
      const sender = device ?? carrier.socket.id;
      const wait =
        this.#messages.take(sender) ||
        this.#messagesFrom.take(transport.address) ||
        (event === 'enrol' ? this.#enrolmentsFrom.take(transport.address) : 0) ||
        (event === 'predict' ? this.#predictions.take(sender) : 0);
      if (wait > 0) {
        transport.pause(wait);
        throw new MurmurationError('request.too-often', undefined, { after: wait });
      }
      return await handle();
    } finally {
      carrier.inFlight -= 1;
    }
  }
}
