import type { ArmSums } from '@murmuration/monitoring/experiments/arm-sums';
import { reduced, removedShare, withUnknown } from '@murmuration/monitoring/experiments/variance-reduction';
import type { Experiment } from './experiment.ts';
import { type ArmTally, sumsOf } from './tally.ts';

/** Fewest units of each arm for a slope that doesn't fit chance. */
const minUnitsForSlope = 50;
/** Largest removed share of the variance; the rest beyond it is a rounding error. */
const maxRemovedShare = 1 - 1e-9;

/** Metric of an experiment's arms after adjustment by the covariate. */
export interface Adjusted {
  /** Sums of each arm, in their order. */
  readonly sums: readonly ArmSums[];
  /** Share of the variance that is removed, from 0 to 1. */
  readonly removed: number;
}

/**
 * Removes from an experiment's metric the part that the covariate explains, over all keys so far. A key
 * brings its covariate with its first request, before any arm has answered it, so no arm has an effect on
 * it. Returns undefined if the experiment has no covariate, if too little is known yet, or if the covariate
 * is the metric itself.
 */
export function adjusted({ arms, metric, covariate }: Experiment, tally: ArmTally): Adjusted | undefined {
  if (!covariate) return undefined;
  const totals = arms.map(({ name }) => tally.of(name));
  const before = totals.map(each => sumsOf(metric, each));
  if (before.some(({ n }) => n < minUnitsForSlope)) return undefined;
  const sums = reduced(withUnknown(totals.map((each, at) => ({ all: before[at]!, known: each.known }))));
  const removed = removedShare(before, sums);
  return removed < maxRemovedShare ? { sums, removed } : undefined;
}
