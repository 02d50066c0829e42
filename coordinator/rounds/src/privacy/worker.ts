import { bisrNoise } from '@murmuration/privacy/mechanisms/banded-noise';
import { bltNoise } from '@murmuration/privacy/mechanisms/blt-noise';
import type { Correlated } from '@murmuration/privacy/mechanisms/mechanism';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';

/** Memory of noise before a step. */
export interface Remembered {
  readonly step: number;
  /** Buffers of BLT noise; undefined before step 0, and for noise that remembers only seeds. */
  readonly memory: Uint8Array | undefined;
}

export interface NoiseJob {
  readonly noise: Correlated['noise'];
  /** Seeds of the step, and of the steps before it that the noise is made of. */
  readonly seeds: ReadonlyMap<number, Uint8Array>;
  readonly step: number;
  /** Standard deviation of the independent noise, in the unit of the sum. */
  readonly stddev: number;
  readonly count: number;
  /** Last stored memory, of the step or one before it. */
  readonly remembered: Remembered;
}

export interface MadeNoise {
  readonly noise: Float32Array;
  /** Memory of the noise before the next step; left out if it needs only seeds. */
  readonly memory?: Uint8Array;
}

/** Runs a job of the pool. Throws `storage.corrupt` if a secret is gone that the noise follows from. */
export default function work({ noise, seeds, step, stddev, count, remembered }: NoiseJob): MadeNoise {
  const seedOf = (wanted: number): Uint8Array => {
    const seed = seeds.get(wanted);
    if (!seed)
      throw new MurmurationError(
        'storage.corrupt',
        `The secret of step ${wanted} of the privacy budget is gone; the noise of step ${step} follows from it.`,
      );
    return seed;
  };
  const options = { primitives: native, seedOf, stddev };
  const made = new Float64Array(count);
  if (noise.kind === 'bisr') {
    bisrNoise(noise.bands, options).addTo(made, step);
    return { noise: Float32Array.from(made) };
  }
  const streaming = bltNoise(noise, options);
  const state = remembered.memory ? numbersOf(remembered.memory) : streaming.init(count);
  for (let past = remembered.step; past < step; past++) streaming.pass(past, state);
  streaming.addTo(made, step, state);
  return { noise: Float32Array.from(made), memory: new Uint8Array(state.buffer) };
}

/** Returns a copy, since the bytes may lie anywhere and the state changes. */
const numbersOf = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.slice().buffer);
