import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
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

  /** Counts what has come, so many bytes; false where it is longer than a frame can be, or more than the device takes now: its connection has to end. */
  take(length: number): boolean {
    return length <= maxFrameLength && this.#frames.take('') === 0 && this.#bytes.take('', length) === 0;
  }
}

/** ms after which a device comes back to a coordinator that has flooded it, or has closed the connection; half as long more or less. */
export const comeBack = 4_000;

/** `ms`, half as long more or less, at random. */
export function about(ms: number, random: RandomBytes): number {
  return ms * (0.5 + random(1)[0]! / 256);
}

/** Bytes of what came: text counts by its characters. */
export function lengthOf(data: unknown): number {
  if (typeof data === 'string') return data.length;
  return (data as Partial<ArrayBuffer> | undefined)?.byteLength ?? 0;
}
