import { bisrNoise } from '@murmuration/privacy/mechanisms/banded-noise';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';

export interface NoiseJob {
  readonly bands: number;
  /** Of the step, and of the `bands` − 1 steps before it. */
  readonly seeds: ReadonlyMap<number, Uint8Array>;
  readonly step: number;
  /** Of the independent noise, in the unit of the sum. */
  readonly stddev: number;
  /** Numbers. */
  readonly count: number;
}

/** What the pool calls. Throws `storage.corrupt` where a secret is gone that the noise follows from. */
export default function work({ bands, seeds, step, stddev, count }: NoiseJob): Float32Array {
  const seedOf = (wanted: number): Uint8Array => {
    const seed = seeds.get(wanted);
    if (!seed)
      throw new MurmurationError(
        'storage.corrupt',
        `The secret of step ${wanted} of the privacy budget is gone; the noise of step ${step} follows from it.`,
      );
    return seed;
  };
  const noise = new Float64Array(count);
  bisrNoise(bands, { primitives: native, seedOf, stddev }).addTo(noise, step);
  return Float32Array.from(noise);
}
