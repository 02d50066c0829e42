import { alwaysValid, halfWidth, tuned } from '@murmuration/monitoring/experiments/always-valid';
import { type ArmSums, meanOf, varianceOf } from '@murmuration/monitoring/experiments/arm-sums';
import { bestMean, bestShare, type Chance } from '@murmuration/monitoring/experiments/best-arm';
import { welchTest, zTest } from '@murmuration/monitoring/experiments/fixed-horizon';
import type { Comparison } from '@murmuration/monitoring/experiments/sequential-test';
import { adjusted } from './adjustment.ts';
import type { Experiment, ExperimentArm, ExperimentMetric } from './experiment.ts';
import { type ArmTotals, sumsOf, type Tally } from './tally.ts';

/** Below this p-value, keys do not fall into the arms as they should. */
const brokenBelow = 0.001;
/** Units of both arms below which no guard ends an experiment. */
const fewest = 50;
/** Units at which intervals are tightest, at least: fewer say nothing anyway. */
const leastTuning = 2 * fewest;

/** What an arm says beside the control. */
export interface ArmAnalysis {
  readonly arm: ExperimentArm;
  readonly totals: ArmTotals;
  /** Of the metric of the experiment, and where it is at any look; null: not known yet. */
  readonly value: { readonly mean: number; readonly interval: readonly [number, number] } | null;
  /** By the metric of the experiment; null: not known yet. */
  readonly chance: Chance | null;
  /** null of the control, and while too little is known. Adjusted by the covariate, where the experiment has one and enough is known. */
  readonly comparison: Comparison | null;
  /** The same without the covariate, where that is another; it decides nothing. */
  readonly unadjusted: Comparison | null;
  readonly fixed: { readonly p: number; readonly interval: readonly [number, number] } | null;
}

/** What an experiment says so far. */
export function analyse(experiment: Experiment, tally: Tally): ArmAnalysis[] {
  const { kind, arms, metric, alpha, query } = experiment;
  const plain = arms.map(({ name }) => sumsOf(metric, tally.of(name)));
  const less = adjusted(experiment, tally);
  const sums = less?.sums ?? plain;
  // What is adjusted is no share any more, and what a device says is one of all its predictions.
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

/** Each arm beside the control, by the metric of the experiment and at any look. */
export function comparisonsOf(experiment: Experiment, tally: Tally): readonly Comparison[] {
  const { kind, arms, metric, alpha } = experiment;
  if (kind === 'mirror') return [];
  const sums = adjusted(experiment, tally)?.sums ?? arms.map(({ name }) => sumsOf(metric, tally.of(name)));
  return compare(experiment, sums, alpha);
}

/** Why an experiment can't go on: its split is broken, or an arm is worse than its guards allow; undefined: it can. */
export function endOf(
  experiment: Experiment,
  tally: Tally,
): { readonly outcome: 'broken' | 'guarded'; readonly reason: string } | undefined {
  if (experiment.kind === 'mirror') return undefined;
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
      if (least <= worseBy || own.n < fewest || sums[0]!.n < fewest) continue;
      return {
        outcome: 'guarded',
        reason: `${arm} has ${words[metric]} of ${figure(meanOf(own))}, ${figure(Math.abs(effect))} worse than the control and by at least ${figure(least)}.`,
      };
    }
  }
  return undefined;
}

/** Whether values of a metric are 0 or 1. */
const isShare = (metric: ExperimentMetric): boolean => metric === 'accuracy' || metric === 'failures';

/** Whether more of a metric is better. */
export const isHigherBetter = (metric: ExperimentMetric): boolean => metric === 'accuracy';

/** Each arm with the first one, at any look; alpha is shared among them. */
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

/** Units of equal arms that tell as much as those that are planned of two arms. Of a canary, at its first step: it has to be the same all along. */
function tuningOf(
  { planned, steps }: Pick<Experiment, 'planned' | 'steps'>,
  control: ExperimentArm,
  arm: ExperimentArm,
): number {
  const share = steps?.[0]?.share ?? arm.share;
  const rest = steps ? 1 - share : control.share;
  return Math.max(leastTuning, (planned * 4 * share * rest) / (share + rest));
}

/** The mean of an arm alone, with a confidence sequence; no metric is below 0, and shares are no more than 1. */
function estimateOf(
  { metric, alpha, arms, planned }: Pick<Experiment, 'metric' | 'alpha' | 'arms' | 'planned'>,
  sums: ArmSums,
): ArmAnalysis['value'] {
  if (sums.n === 0) return null;
  const mean = meanOf(sums);
  const variance = varianceOf(sums, 0);
  // Values that are all the same do not say how far others would be.
  if (!(variance > 0)) return { mean, interval: [-Infinity, Infinity] };
  const half = halfWidth(sums.n, variance, tuned(alpha, planned / arms.length), alpha);
  const most = isShare(metric) ? 1 : Infinity;
  return { mean, interval: [Math.max(0, mean - half), Math.min(most, mean + half)] };
}

/** `arePlain`: sums of single values, as they came. */
function chancesOf(
  metric: ExperimentMetric,
  sums: readonly ArmSums[],
  arePlain: boolean,
): readonly Chance[] | undefined {
  if (metric === 'accuracy' && arePlain) return sums.every(({ n }) => n > 0) ? bestShare(sums) : undefined;
  // Of what should be low, the best is the lowest: the highest of its opposite.
  const sign = isHigherBetter(metric) ? 1 : -1;
  const turned = sums.map(({ n, sum, squares }) => ({ n, sum: sign * sum, squares }));
  return turned.every(each => each.n >= 2 && varianceOf(each, 1) > 0) ? bestMean(turned) : undefined;
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
