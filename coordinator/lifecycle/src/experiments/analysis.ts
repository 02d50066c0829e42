import { alwaysValid, halfWidth, tuned } from '@murmuration/monitoring/experiments/always-valid';
import { type ArmSums, meanOf, varianceOf } from '@murmuration/monitoring/experiments/arm-sums';
import { bestMean, bestShare, type Chance } from '@murmuration/monitoring/experiments/best-arm';
import { welchTest, zTest } from '@murmuration/monitoring/experiments/fixed-horizon';
import type { Comparison } from '@murmuration/monitoring/experiments/sequential-test';
import { adjusted } from './adjustment.ts';
import type { Experiment, ExperimentArm, ExperimentMetric } from './experiment.ts';
import { type ArmTally, type ArmTotals, sumsOf } from './tally.ts';

/** p-value below which keys do not fall into the arms as they should. */
const brokenBelow = 0.001;
/** Fewest units of both arms with which a guard may end an experiment. */
const minUnitsForGuard = 50;
/** Fewest units at which intervals are tightest; fewer conclude nothing anyway. */
const leastTuning = 2 * minUnitsForGuard;

/** Results of an arm, compared with the control. */
export interface ArmAnalysis {
  readonly arm: ExperimentArm;
  readonly totals: ArmTotals;
  /** Mean of the experiment's metric with an interval that holds at any look; null if not known yet. */
  readonly value: { readonly mean: number; readonly interval: readonly [number, number] } | null;
  /** Probability of being the best by the experiment's metric; null if not known yet. */
  readonly chance: Chance | null;
  /**
   * Comparison with the control; null for the control, and while too little is known. Adjusted by the
   * covariate, if the experiment has one and enough is known.
   */
  readonly comparison: Comparison | null;
  /** Comparison without the covariate, if that differs; it decides nothing. */
  readonly unadjusted: Comparison | null;
  readonly fixed: { readonly p: number; readonly interval: readonly [number, number] } | null;
}

/** Analyses the results of an experiment so far. */
export function analyse(experiment: Experiment, tally: ArmTally): ArmAnalysis[] {
  const { kind, arms, metric, alpha, query } = experiment;
  const plain = arms.map(({ name }) => sumsOf(metric, tally.of(name)));
  const less = adjusted(experiment, tally);
  const sums = less?.sums ?? plain;
  // Adjusted values are no shares, and the value of a device is a mean over all its predictions.
  const arePlain = !less && query === undefined;
  const areShares = isShare(metric) && arePlain;
  const chances = kind === 'mirror' ? undefined : chancesOf(metric, sums, arePlain);
  const compared = comparisonsOf(experiment, tally);
  const beside = less ? compare(experiment, plain, alpha) : [];
  const [control] = sums;
  return arms.map((arm, at) => {
    const own = sums[at]!;
    const isKnown = at > 0 && control && control.n >= 2 && own.n >= 2;
    return {
      arm,
      totals: tally.of(arm.name),
      value: estimateOf(experiment, plain[at]!),
      chance: chances?.[at] ?? null,
      comparison: compared.find(each => each.arm === arm.name) ?? null,
      unadjusted: beside.find(each => each.arm === arm.name) ?? null,
      fixed: isKnown ? fixedTest(areShares, control, own, alpha / Math.max(1, arms.length - 1)) : null,
    };
  });
}

/** Compares each arm with the control by the experiment's metric; valid at any look. */
export function comparisonsOf(experiment: Experiment, tally: ArmTally): readonly Comparison[] {
  const { arms, metric, alpha } = experiment;
  const sums = adjusted(experiment, tally)?.sums ?? arms.map(({ name }) => sumsOf(metric, tally.of(name)));
  return compare(experiment, sums, alpha);
}

/**
 * Returns the outcome and reason if an experiment must end: its split is broken, or an arm is worse than its
 * guards allow; else undefined.
 */
export function endOf(
  experiment: Experiment,
  tally: ArmTally,
): { readonly outcome: 'broken' | 'guarded'; readonly reason: string } | undefined {
  const p = tally.testRatio(experiment.arms.map(({ share }) => share));
  if (p < brokenBelow)
    return {
      outcome: 'broken',
      reason: `${experiment.query === undefined ? 'Keys do not fall into the arms as they should' : 'Devices do not come, or answer, in all arms alike'} (p = ${figure(p)}): what it measured can't be trusted.`,
    };
  for (const { metric, worseBy } of experiment.guards) {
    const sums = experiment.arms.map(({ name }) => sumsOf(metric, tally.of(name)));
    const alpha = experiment.alpha / experiment.guards.length;
    for (const { arm, effect, interval } of compare(experiment, sums, alpha)) {
      const least = metric === 'accuracy' ? -interval[1] : interval[0];
      const own = sums[experiment.arms.findIndex(({ name }) => name === arm)]!;
      if (least <= worseBy || own.n < minUnitsForGuard || sums[0]!.n < minUnitsForGuard) continue;
      return {
        outcome: 'guarded',
        reason: `${arm} has ${words[metric]} of ${figure(meanOf(own))}, ${figure(Math.abs(effect))} worse than the control and by at least ${figure(least)}.`,
      };
    }
  }
  return undefined;
}

/** True if values of a metric are 0 or 1. */
const isShare = (metric: ExperimentMetric): boolean => metric === 'accuracy' || metric === 'failures';

/** True if higher values of a metric are better. */
export const isHigherBetter = (metric: ExperimentMetric): boolean => metric === 'accuracy';

/** Compares each arm with the first one, valid at any look; alpha is divided among them. */
function compare(
  experiment: Pick<Experiment, 'arms' | 'planned' | 'steps'>,
  sums: readonly ArmSums[],
  alpha: number,
): readonly Comparison[] {
  const [control, ...others] = experiment.arms;
  if (!control || !sums.every(({ n }) => n >= 2)) return [];
  return others.flatMap((arm, at) => {
    const tuning = tuningOf(experiment, control, arm);
    const test = alwaysValid({ alpha: alpha / others.length, tuning });
    const state = test.add(test.init(), control.name, sums[0]!);
    return test.verdict(test.add(state, arm.name, sums[at + 1]!)).comparisons;
  });
}

/**
 * Units of equal arms with the same information as those planned for two arms. A canary uses its first step,
 * since the number must never change.
 */
function tuningOf(
  { planned, steps }: Pick<Experiment, 'planned' | 'steps'>,
  control: ExperimentArm,
  arm: ExperimentArm,
): number {
  const share = steps?.[0]?.share ?? arm.share;
  const rest = steps ? 1 - share : control.share;
  return Math.max(leastTuning, (planned * 4 * share * rest) / (share + rest));
}

/** Returns the mean of an arm with a confidence sequence; no metric is below 0, and shares are at most 1. */
function estimateOf(
  { metric, alpha, arms, planned }: Pick<Experiment, 'metric' | 'alpha' | 'arms' | 'planned'>,
  sums: ArmSums,
): ArmAnalysis['value'] {
  if (sums.n === 0) return null;
  const mean = meanOf(sums);
  const variance = varianceOf(sums, 0);
  // Equal values don't show how far others could be.
  if (!(variance > 0)) return { mean, interval: [-Infinity, Infinity] };
  const half = halfWidth(sums.n, variance, tuned(alpha, planned / arms.length), alpha);
  const most = isShare(metric) ? 1 : Infinity;
  return { mean, interval: [Math.max(0, mean - half), Math.min(most, mean + half)] };
}

/**
 * Returns each arm's probability of being the best; `arePlain` is true for unadjusted sums of single values.
 */
function chancesOf(
  metric: ExperimentMetric,
  sums: readonly ArmSums[],
  arePlain: boolean,
): readonly Chance[] | undefined {
  if (metric === 'accuracy' && arePlain) return sums.every(({ n }) => n > 0) ? bestShare(sums) : undefined;
  // For a metric that should be low, the best arm has the highest negated value.
  const sign = isHigherBetter(metric) ? 1 : -1;
  const turned = sums.map(({ n, sum, squares }) => ({ n, sum: sign * sum, squares }));
  return turned.every(each => varianceOf(each, 1) > 0) ? bestMean(turned) : undefined;
}

function fixedTest(areShares: boolean, control: ArmSums, own: ArmSums, alpha: number) {
  const { p, interval } = areShares ? zTest(control, own, alpha) : welchTest(control, own, alpha);
  return { p, interval };
}

const words: Readonly<Record<ExperimentMetric, string>> = {
  accuracy: 'an accuracy',
  error: 'a mean error',
  failures: 'a share of failures',
  latency: 'a mean latency in ms',
};

export const figure = (value: number): string => String(Number(value.toPrecision(3)));
