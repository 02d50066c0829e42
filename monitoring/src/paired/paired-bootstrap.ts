import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** What resampling says of a mean difference. */
export interface Bootstrapped {
  /** The mean of the differences. */
  readonly effect: number;
  /** Between which the mean of all that could have been seen is, at the confidence asked for: percentiles of the resampled means. */
  readonly interval: readonly [number, number];
  /** The share of resampled means that are not above the bound, as a p-value: above 0, at most 1. */
  readonly p: number;
}

export interface PairedBootstrapOptions {
  /** Of what is drawn: a whole number from 1 to 2³² − 1. */
  readonly seed?: number;
}

/**
 * The paired bootstrap of a mean difference (Efron and Tibshirani 1993, §13.3): units that both models answered are drawn with replacement, as
 * many as there are, and both results of a unit are drawn together. A unit is whatever has one difference: an example, or a slice. Draws are made
 * in parts, so that whoever asks can do something else in between.
 */
export class PairedBootstrap {
  readonly #differences: Float64Array;
  readonly #effect: number;
  readonly #means: number[] = [];
  #random: number;

  /** `differences`: one of each unit, finite. Throws `config.invalid` for fewer than two, or for what is no number. */
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

  /** Resamples so far. */
  get resamples(): number {
    return this.#means.length;
  }

  /** Makes more resamples; each draws as many units as there are. */
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

  /** `by`: the bound that `p` is about. Throws `config.invalid` before the first draw. */
  result(confidence = 0.95, by = 0): Bootstrapped {
    return { effect: this.#effect, ...resultOf(this.#means, within('confidence', confidence, 0, 1), by) };
  }
}

/** The interval and the p-value of resampled means. Throws `config.invalid` where there are none. */
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
    // The differences as they are count as one more resample, so that it is never 0 (Davison and Hinkley 1997, §4.2.5).
    p: (notAbove + 1) / (means.length + 1),
  };
}

/** Linear between neighbours, as type 7 of Hyndman and Fan 1996. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (at - below) * (high - low);
}

/** Names a setting that is outside its range. Throws `config.invalid`. */
function within(name: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high))
    throw new MurmurationError('config.invalid', `${name} is from ${low} to ${high}, not ${value}.`);
  return value;
}
