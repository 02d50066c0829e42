/**
 * A privacy loss distribution on a grid (Meiser & Mohammadi 2018; Koskela et al. 2020): the loss is (first + i) × step with the probability
 * masses[i], and infinite with the rest. Its δ is never below the true one.
 */
export interface PrivacyLoss {
  readonly step: number;
  readonly first: number;
  readonly masses: Float64Array;
  readonly infinite: number;
}

/** A pair of distributions, cut where their ratio is exp((first + i) × step): what each has between two cuts. */
export interface Cells {
  readonly step: number;
  readonly first: number;
  /** Of the first distribution, from cut i to cut i + 1. */
  readonly upper: Float64Array;
  /** Of the second. */
  readonly lower: Float64Array;
  /** Of the first beyond the last cut, where losses are largest. */
  readonly beyond: number;
  /** Of both before the first cut. */
  readonly before: { readonly upper: number; readonly lower: number };
}

/**
 * The losses of the first distribution against the second. What a cell has goes to both of its ends so that both distributions keep all that they
 * have ("connect the dots", Doroshenko et al. 2022): the δ of the result meets the true one at the grid, is above it between, and errs by the
 * square of the step.
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
  // Smaller losses count as the smallest, which can only raise δ.
  masses[0] = masses[0]! + before.upper;
  return { step, first, masses, infinite: beyond };
}

/** The losses of the second distribution against the first, from the same cells. */
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
