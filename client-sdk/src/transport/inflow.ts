import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Rates } from '@murmuration/protocol/time/rates';

/**
 * Bounds of frames and bytes: in a burst, and per second over time (SPEC CH10). Enough for
 * three masked rounds in a row with frames of the greatest length, and for more messages
 * than a coordinator takes from a device.
 */
const frames = { burst: 1_024, perSecond: 128 };
const bytes = { burst: 16 << 20, perSecond: 1 << 20 };

/** Bound of what a device takes from its coordinator, of any kind and over all its connections. */
export class Inflow {
  readonly #frames: Rates;
  readonly #bytes: Rates;

  constructor(clock: Clock) {
    this.#frames = new Rates(frames, clock);
    this.#bytes = new Rates(bytes, clock);
  }

  /**
   * Counts input of `length` bytes; false if it is longer than a frame, or
   * too much now: the connection must end.
   */
  take(length: number): boolean {
    return length <= maxFrameLength && this.#frames.take('') === 0 && this.#bytes.take('', length) === 0;
  }
}

/** Mean ms until a device comes back to a coordinator that has flooded it or closed the connection. */
export const comeBack = 4_000;

/** Returns `ms`, 50 % to 150 % of it at random. */
export function about(ms: number, random: RandomBytes): number {
  return ms * (0.5 + random(1)[0]! / 256);
}

/** Returns the bytes of input; text counts by its characters. */
export function lengthOf(data: unknown): number {
  if (typeof data === 'string') return data.length;
  return (data as Partial<ArrayBuffer> | undefined)?.byteLength ?? 0;
}
