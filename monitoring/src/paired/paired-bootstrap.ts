import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Bootstrap result of a mean difference. */
export interface Bootstrapped {
  /** Mean of the differences. */
  readonly effect: number;
  /** Interval of the mean at a confidence: percentiles of the resampled means. */
  readonly interval: readonly [number, number];
  /** p-value: share of resampled means that are not above the bound; above 0, at most 1. */
  readonly p: number;
}

export interface PairedBootstrapOptions {
  /** Seed of the draws: a whole number from 1 to 2³² − 1. */
  readonly seed?: number;
}

/**
 * Paired bootstrap of a mean difference (Efron and Tibshirani 1993, §13.3): draws as many units as there
 * are, with replacement, and both results of a unit together. A unit has one difference: an example, or a
 * slice. Draws are made in parts, so that the caller can do other work in between.
 */
export class PairedBootstrap {
  readonly #differences: Float64Array;
  readonly #effect: number;
  readonly #means: number[] = [];
  #random: number;

  /**
   * Takes `differences`: one per unit, finite. Throws `config.invalid` for fewer than two, and for values
   * that are not finite.
   */
  constructor(differences: Float64Array, { seed = 2_463_534_242 }: PairedBootstrapOptions = {}) {
    if (differences.length < 2 || !differences.every(Number.isFinite))
      throw new MurmurationError(
        'config.invalid',
        'A paired bootstrap takes two finite differences at least.',
      );
    this.#differences = differences;
    this.#effect = differences.reduce((sum, each) => sum + each, 0) / differences.length;
    this.#random = within('seed', seed, 1, 0xffff_ffff);
  }

  /** Number of resamples so far. */
  get resamples(): number {
    return this.#means.length;
  }

  /** Draws more resamples, each with as many units as there are. */
  draw(resamples: number): void {
    const { length } = this.#differences;
    let random = this.#random;
    for (let made = 0; made < resamples; made++) {
      let sum = 0;
      for (let drawn = 0; drawn < length; drawn++) {
        // xorshift32 (Marsaglia 2003).
        random ^= random << 13;
        random ^= random >>> 17;
        random ^= random << 5;
        sum += this.#differences[Math.floor(((random >>> 0) / 0x1_0000_0000) * length)]!;
      }
      this.#means.push(sum / length);
    }
    this.#random = random >>> 0;
  }

  /** Returns the result; `by` is the bound of `p`. Throws `config.invalid` before the first draw. */
  result(confidence = 0.95, by = 0): Bootstrapped {
    return { effect: this.#effect, ...resultOf(this.#means, within('confidence', confidence, 0, 1), by) };
  }
}

/** Returns the interval and the p-value of resampled means. Throws `config.invalid` if there are none. */
export function resultOf(
  means: readonly number[],
  confidence: number,
  by: number,
): Pick<Bootstrapped, 'interval' | 'p'> {
  if (means.length === 0) throw new MurmurationError('config.invalid', 'No resample was drawn.');
  const sorted = Float64Array.from(means).sort();
  const notAbove = means.reduce((count, mean) => count + (mean <= by ? 1 : 0), 0);
  return {
    interval: [quantile(sorted, (1 - confidence) / 2), quantile(sorted, (1 + confidence) / 2)],
    // The original differences count as one more resample, so that p is never 0 (Davison and Hinkley 1997,
    // §4.2.5).
    p: (notAbove + 1) / (means.length + 1),
  };
}

/** Interpolates linearly between neighbours: type 7 of Hyndman and Fan 1996. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (at - below) * (high - low);
}

/** Throws `config.invalid`, with the setting's name, for a value outside its range. */
function within(name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high))
    throw new MurmurationError('config.invalid', `${name} is from ${low} to ${high}, not ${value}.`);
  return value;
}
