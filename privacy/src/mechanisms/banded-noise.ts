import { bisrNoising } from './bisr.ts';
import { addRounded, type NoiseOptions, noiseStream, pieceLength, requireStddev } from './noise-stream.ts';

/** Noise that is correlated between rounds. */
export interface BandedNoise {
  /**
   * Adds the noise of a round, Σ_j c_j Z_(round − j), to the sum of that round, in place. Rounds count from
   * 0, and only released ones count: a failed round released nothing, and the next has its number. The same
   * round gives the same noise. Needs 128 KiB for each band, and 128 KiB more, in addition to the sum.
   */
  addTo(sum: Float64Array | Float32Array, round: number): void;
  /** First round whose seed is needed for `round` and those after it: seeds before it can be erased. */
  oldest(round: number): number;
}

/**
 * Creates noise that is a weighted sum of Z of the last rounds; recomputes Z of past rounds from their seeds
 * instead of storing it. `coefficients` is the column of C⁻¹: that of `bisrNoising`, or any other band.
 * @throws MurmurationError `config.invalid` for a negative standard deviation or a seed of a wrong length.
 */
export function bandedNoise(
  coefficients: ArrayLike<number>,
  { stddev, ...options }: NoiseOptions,
): BandedNoise {
  requireStddev(stddev);
  const bands = coefficients.length;
  const oldest = (round: number) => Math.max(0, round - bands + 1);
  const room = new Float64Array(pieceLength);
  return {
    oldest,
    addTo(sum, round) {
      if (stddev === 0) return;
      const past = Array.from({ length: round - oldest(round) + 1 }, (_, j) =>
        noiseStream(options, round - j),
      );
      for (let from = 0; from < sum.length; from += pieceLength) {
        const noise = room.subarray(0, Math.min(pieceLength, sum.length - from)).fill(0);
        for (const [j, addNext] of past.entries()) addNext(noise, stddev * coefficients[j]!);
        addRounded(sum, noise, from, stddev);
      }
      room.fill(0);
    },
  };
}

/** Creates noise of `bisrNoising(bands)`. */
export const bisrNoise = (bands: number, options: NoiseOptions): BandedNoise =>
  bandedNoise(bisrNoising(bands), options);

/** Creates noise that is independent from round to round. */
export const independentNoise = (options: NoiseOptions): BandedNoise => bandedNoise([1], options);
