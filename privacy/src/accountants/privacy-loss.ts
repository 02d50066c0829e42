/**
 * Privacy loss distribution on a grid (Meiser & Mohammadi 2018; Koskela et al. 2020): the loss is (first + i)
 * × step with the probability masses[i], and infinite with the rest. Its δ is never below the true one.
 */
export interface PrivacyLoss {
  readonly step: number;
  readonly first: number;
  readonly masses: Float64Array;
  readonly infinite: number;
}

/** Probabilities of a pair of distributions between cuts at which their ratio is exp((first + i) × step). */
export interface Cells {
  readonly step: number;
  readonly first: number;
  /** Probability under the first distribution, from cut i to cut i + 1. */
  readonly upper: Float64Array;
  /** Probability under the second distribution. */
  readonly lower: Float64Array;
  /** Probability under the first distribution beyond the last cut, where losses are largest. */
  readonly beyond: number;
  /** Probability under both before the first cut. */
  readonly before: { readonly upper: number; readonly lower: number };
}

/**
 * Losses of the first distribution against the second. Each cell is split between its two ends so that both
 * distributions keep their probabilities ("connect the dots", Doroshenko et al. 2022): the δ of the result
 * equals the true one on the grid, is above it between, and has an error proportional to the square of the
 * step.
 */
export function lossOf({ step, first, upper, lower, beyond, before }: Cells): PrivacyLoss {
  const masses = new Float64Array(upper.length + 1);
  for (let i = 0; i < upper.length; i++) {
    // a + b = upper, and a + b exp(−step) = lower × exp(loss at a).
    const all = upper[i]!;
    const scaled = lower[i]! * Math.exp((first + i) * step);
    const toLower = Math.min(all, Math.max(0, (scaled - all * Math.exp(-step)) / -Math.expm1(-step)));
    masses[i] = masses[i]! + toLower;
    masses[i + 1] = masses[i + 1]! + (all - toLower);
  }
  // Counting smaller losses as the smallest can only raise δ.
  masses[0] = masses[0]! + before.upper;
  return { step, first, masses, infinite: beyond };
}

/** Losses of the second distribution against the first, from the same cells. */
export function reverseLossOf({ step, first, upper, lower, beyond, before }: Cells): PrivacyLoss {
  const last = first + upper.length;
  return lossOf({
    step,
    first: -last,
    upper: lower.slice().reverse(),
    lower: upper.slice().reverse(),
    beyond: before.lower,
    before: { upper: beyond, lower: 0 },
  });
}
