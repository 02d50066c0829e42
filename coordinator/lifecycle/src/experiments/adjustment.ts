import type { ArmSums } from '@murmuration/monitoring/experiments/arm-sums';
import { reduced, removedShare, withUnknown } from '@murmuration/monitoring/experiments/variance-reduction';
import type { Experiment } from './experiment.ts';
import { sumsOf, type Tally } from './tally.ts';

/** Units of each arm below which the slope would fit chance. */
const fewest = 50;
/** What is left of the variance beyond this is a rounding error. */
const most = 1 - 1e-9;

/** What an experiment's arms say of its metric once what the covariate explains is taken out. */
export interface Adjusted {
  /** Of each arm, in their order. */
  readonly sums: readonly ArmSums[];
  /** The share of the variance that is gone, from 0 to 1. */
  readonly removed: number;
}

/**
 * Takes out of the metric of an experiment what the covariate explains, by all keys so far. A key brings its covariate with its first request,
 * before any arm has answered it, so no arm has an effect on it. undefined: the experiment has no covariate, too little is known yet, or the
 * covariate says the metric itself.
 */
export function adjusted({ arms, metric, covariate }: Experiment, tally: Tally): Adjusted | undefined {
  if (!covariate) return undefined;
  const totals = arms.map(({ name }) => tally.of(name));
  const before = totals.map(each => sumsOf(metric, each));
  if (before.some(({ n }) => n < fewest)) return undefined;
  const sums = reduced(withUnknown(totals.map((each, at) => ({ all: before[at]!, known: each.known }))));
  const removed = removedShare(before, sums);
  return removed < most ? { sums, removed } : undefined;
}
