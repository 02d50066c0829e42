import type { Clock } from '@murmuration/protocol/time/clock';
import { Rates } from '@murmuration/protocol/time/rates';

/**
 * SPEC CH10: frames and bytes at once, and in a second in the long run. That is three rounds under masks whose frames are all as long as frames can be,
 * one right after the other, and more messages than a coordinator takes of a device.
 */
const frames = { burst: 1_024, perSecond: 128 };
const bytes = { burst: 16 << 20, perSecond: 1 << 20 };

/** What a device takes of its coordinator: whatever it is, and over which of its connections it comes. */
export class Inflow {
  readonly #frames: Rates;
  readonly #bytes: Rates;

  constructor(clock: Clock) {
    this.#frames = new Rates(frames, clock);
    this.#bytes = new Rates(bytes, clock);
  }

  /** Counts a frame of so many bytes; false where it is more than the device takes now: then its connection has to end. */
  take(length: number): boolean {
    return this.#frames.take('') === 0 && this.#bytes.take('', length) === 0;
  }
}
