import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Blt, requireBlt } from './blt.ts';
import { addRounded, type NoiseOptions, noiseStream, pieceLength, requireStddev } from './noise-stream.ts';

/**
 * State of BLT noise: the buffers, one after the other, each with as many numbers as the model, in units of
 * Z, whatever Z is scaled with.
 */
export type BltState = Float64Array;

/** Noise that streams: the next rounds need nothing of the past except the buffers. */
export interface BltNoise {
  /** Creates the state before round 0 of a sum with `count` numbers: 8 bytes × numbers × buffers. */
  init(count: number): BltState;
  /**
   * Adds the noise of a round, counted from 0, to its sum, in place, and advances the state to the next
   * round. Store the state together with what was released; it is as secret as the seeds. Needs 256 KiB in
   * addition to sum and state.
   */
  addTo(sum: Float64Array | Float32Array, round: number, state: BltState): void;
  /** Advances the state past a round without adding its noise. */
  pass(round: number, state: BltState): void;
}

/**
 * Creates noise (C⁻¹ Z)_t of a buffered linear Toeplitz strategy (McMahan et al. 2024, arXiv 2404.16706,
 * Algorithm 1): z − Σ_j ω_j s_j, after which each buffer s_j becomes θ_j s_j + that.
 * @throws MurmurationError `config.invalid` for parameters out of range, a negative standard deviation, a
 * state of another length, or a seed of a wrong length.
 */
export function bltNoise(blt: Blt, { stddev, ...options }: NoiseOptions): BltNoise {
  requireBlt(blt);
  requireStddev(stddev);
  const buffers = blt.theta.length;
  const room = new Float64Array(pieceLength);

  /**
   * Advances the state past a round, piece by piece; calls `seen` with each piece of its noise, in units of
   * Z.
   */
  function step(
    count: number,
    round: number,
    state: BltState,
    seen: (noise: Float64Array, from: number) => void,
  ): void {
    const addNext = noiseStream(options, round);
    for (let from = 0; from < count; from += pieceLength) {
      const noise = room.subarray(0, Math.min(pieceLength, count - from)).fill(0);
      addNext(noise, 1);
      for (let j = 0; j < buffers; j++) {
        const [omega, at] = [blt.omega[j]!, j * count + from];
        for (let i = 0; i < noise.length; i++) noise[i]! -= omega * state[at + i]!;
      }
      for (let j = 0; j < buffers; j++) {
        const [theta, at] = [blt.theta[j]!, j * count + from];
        for (let i = 0; i < noise.length; i++) state[at + i] = theta * state[at + i]! + noise[i]!;
      }
      seen(noise, from);
    }
    room.fill(0);
  }

  return {
    init: count => new Float64Array(buffers * count),
    addTo(sum, round, state) {
      const count = sum.length;
      if (state.length !== buffers * count)
        throw new MurmurationError(
          'config.invalid',
          `${buffers} buffers of ${count} numbers are ${buffers * count}; the state has ${state.length}.`,
        );
      if (stddev === 0) return;
      step(count, round, state, (noise, from) => {
        for (let i = 0; i < noise.length; i++) noise[i]! *= stddev;
        addRounded(sum, noise, from, stddev);
      });
    },
    pass(round, state) {
      step(state.length / buffers, round, state, () => {});
    },
  };
}
