import { utf8 } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import { addGaussians } from '../samplers/gaussian.ts';

/**
 * Returns the 32 bytes from which all noise of a round follows. They have to be unpredictable, durable before
 * the round's result is seen, and secret: a party that learns one can subtract the noise, and ε no longer
 * holds.
 */
export type SeedOf = (round: number) => Uint8Array;

export interface NoiseOptions {
  readonly primitives: Primitives;
  /** Seed of a round, counted from 0. */
  readonly seedOf: SeedOf;
  /** Standard deviation of Z: noise multiplier × clip, in the unit of the sum. */
  readonly stddev: number;
}

const seedBytes = 32;
/** Numbers that are made at a time: 128 KiB of noise, and as much of each key stream. */
export const pieceLength = 16_384;
/** Numbers in a block of the key stream. */
const inBlock = 8;
const purpose = utf8('murmuration gaussian noise');

/**
 * Adds the next numbers of Z × `scale` to `target`: 8n of them, except for the last call. Z of a round is
 * read once, from its beginning on.
 */
export type NextZ = (target: Float64Array, scale: number) => void;

/**
 * Creates Z of a round: independent standard normal numbers, number i from bytes 8i to 8i + 7 of the ChaCha20
 * key stream of the round's seed, so that they can be recomputed at any time.
 */
export function noiseStream(
  { primitives, seedOf }: Pick<NoiseOptions, 'primitives' | 'seedOf'>,
  round: number,
): NextZ {
  const seed = seedOf(round);
  if (seed.length !== seedBytes)
    throw new MurmurationError(
      'config.invalid',
      `The seed of noise has ${seedBytes} bytes; that of round ${round} has ${seed.length}.`,
    );
  const stream = primitives.keystream(primitives.hkdf(seed, purpose, seedBytes), 0);
  return (target, scale) => {
    const bytes = stream.next(Math.ceil(target.length / inBlock));
    addGaussians(target, new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), scale);
  };
}

/** Standard deviation below which the grid of the noise would leave the range of numbers. */
const leastStddev = 1e-200;

/** @throws MurmurationError `config.invalid` for an invalid standard deviation. */
export function requireStddev(stddev: number): void {
  if (!(stddev === 0 || (stddev >= leastStddev && Number.isFinite(stddev))))
    throw new MurmurationError(
      'config.invalid',
      `The standard deviation of noise is 0, or from ${leastStddev} on; found ${stddev}.`,
    );
}

/**
 * Power of two near stddev × 2⁻³²: sums with noise are rounded to its multiples. The lowest bits of a sum of
 * floating-point numbers reveal something about its terms (Mironov 2012); the noise's own errors are 10⁵
 * times smaller than this grid.
 */
const gridOf = (stddev: number): number => 2 ** (Math.floor(Math.log2(stddev)) - 32);

/** Adds the noise to a piece of a sum and rounds it to the grid of `stddev`. */
export function addRounded(
  sum: Float64Array | Float32Array,
  noise: Float64Array,
  from: number,
  stddev: number,
): void {
  const grid = gridOf(stddev);
  for (let i = 0; i < noise.length; i++)
    sum[from + i] = Math.round((sum[from + i]! + noise[i]!) / grid) * grid;
}
