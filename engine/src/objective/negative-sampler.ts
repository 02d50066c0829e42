/** Classes that one step of sampled softmax compares with the labels; valid until the next draw. */
export interface Negatives {
  /** Distinct classes. */
  readonly classes: Int32Array;
  /** ln of the expected count in the draw, for each of the classes. */
  readonly logCounts: Float32Array;
  /** ln of the expected count of any class, such as a label. */
  logCountOf(index: number): number;
}

/** Logit of a negative that is a row's own label; its probability is 0. */
export const EXCLUDED = -1e9;

/**
 * Draws the negatives of sampled softmax (Jean et al. 2015, §3.1) as TensorFlow's `sampled_softmax_loss`
 * does: without repetition, class k with a probability proportional to ln((k + 2) / (k + 1)), which is about
 * the frequency of words whose ids are sorted by frequency. The loss subtracts ln of the expected count of a
 * class from its logit, so that the gradient is nearly that of the full softmax, whatever the order of the
 * classes.
 */
export class NegativeSampler {
  readonly count: number;
  readonly #classes: number;
  readonly #uniform: () => number;
  readonly #drawn: Negatives;
  /** Draw in which each class was last drawn. */
  readonly #met: Int32Array;
  #draw = 0;
  /** Number of random numbers in the last draw. */
  #tries = 0;

  /**
   * @param classes more than 2 · `count`.
   * @param uniform returns numbers in [0, 1).
   */
  constructor(classes: number, count: number, uniform: () => number) {
    if (!(count >= 1 && 2 * count < classes))
      throw new RangeError(`${count} negatives are not from 1 to less than half of ${classes} classes.`);
    this.count = count;
    this.#classes = classes;
    this.#uniform = uniform;
    this.#met = new Int32Array(classes);
    const range = Math.log(classes + 1);
    this.#drawn = {
      classes: new Int32Array(count),
      logCounts: new Float32Array(count),
      logCountOf: index => {
        const probability = Math.log((index + 2) / (index + 1)) / range;
        return Math.log(-Math.expm1(this.#tries * Math.log1p(-probability)));
      },
    };
  }

  draw(): Negatives {
    this.#draw += 1;
    this.#tries = 0;
    const { classes, logCounts, logCountOf } = this.#drawn;
    const range = Math.log(this.#classes + 1);
    for (let found = 0; found < this.count; ) {
      this.#tries += 1;
      const drawn = Math.min(this.#classes - 1, Math.floor(Math.exp(this.#uniform() * range)) - 1);
      if (this.#met[drawn] === this.#draw) continue;
      this.#met[drawn] = this.#draw;
      classes[found++] = drawn;
    }
    for (const [i, index] of classes.entries()) logCounts[i] = logCountOf(index);
    return this.#drawn;
  }
}

/**
 * Sampler for a plan's `sampledSoftmax`; null if it has none, or if half of the classes or more would be
 * drawn, which costs more than the full softmax.
 */
export function samplerFor(
  settings: { readonly negatives: number } | null | undefined,
  classes: number,
  uniform: () => number,
): NegativeSampler | null {
  return settings && 2 * settings.negatives < classes
    ? new NegativeSampler(classes, settings.negatives, uniform)
    : null;
}
