import type { Dimension } from '@murmuration/simulations/spaces/dimensions';
import { numberAt } from '@murmuration/simulations/spaces/dimensions';
import { ranked } from '../halving.ts';
import type { Trial } from '../search.ts';
import { type Feature, growForest } from './forest.ts';
import { mainEffects, marginal } from './functional-anova.ts';

/** Minimum number of trials for an estimate. */
export const fewestTrials = 8;

/** Effect of a setting on the first rung of all trials. */
export interface SettingEffect {
  readonly name: string;
  /**
   * Share of the variance of ranks that it explains on its own, and its standard deviation over the trees.
   */
  readonly share: number;
  readonly deviation: number;
  /** Metric that a forest expects at values of the setting, over all values of the others. */
  readonly expected: readonly {
    readonly value: number | string;
    readonly metric: number;
    readonly deviation: number;
  }[];
  /** Trials: value of the setting, and metric on the first rung. */
  readonly trials: readonly { readonly value: number | string; readonly metric: number }[];
}

const gridPoints = 25;

/**
 * Estimates which settings mattered: main effects of a functional ANOVA of a random forest. The forest is
 * fitted to the ranks of the trials on the first rung of each search, where all of them were trained for
 * equally long; failed trials rank last. Ranks, because one diverged trial would outweigh all others. The
 * expected metric comes from a forest on the metric itself. Empty for fewer than 8 trials.
 */
export function importance(
  dimensions: readonly Dimension[],
  searches: readonly (readonly Trial[])[],
  better: 'higher' | 'lower',
  seed: number,
): SettingEffect[] {
  const trials = searches.flat();
  if (trials.length < fewestTrials) return [];
  const features = dimensions.map(({ domain }): Feature => {
    return domain.kind === 'numbers' ? { kind: 'number' } : { kind: 'class', classes: domain.labels.length };
  });
  // Numbers within an alternative that was not chosen count as 0.5.
  const rows = trials.map(({ point }) =>
    point.at.map((at, i) => at ?? (features[i]!.kind === 'number' ? 0.5 : 0)),
  );
  const shares = mainEffects(
    growForest(
      features,
      rows,
      searches.flatMap(each => ranksOf(each, better)),
      seed,
    ),
    features,
  );
  const metrics = metricsOf(trials, better);
  const forest = growForest(features, rows, metrics, seed + 1);
  return dimensions
    .map(({ name, domain }, i) => {
      const valueAt = (at: number) => (domain.kind === 'numbers' ? numberAt(domain, at) : domain.labels[at]!);
      const grid =
        domain.kind === 'numbers'
          ? Array.from({ length: gridPoints }, (_, place) => place / (gridPoints - 1))
          : domain.labels.map((_, index) => index);
      return {
        name,
        share: shares[i]!.mean,
        deviation: shares[i]!.deviation,
        expected: grid.map(at => {
          const { mean, deviation } = marginal(forest, i, at);
          return { value: valueAt(at), metric: mean, deviation };
        }),
        trials: trials.flatMap(({ point, scores }) => {
          const at = point.at[i];
          const metric = scores[0] ?? null;
          return at === null || at === undefined || metric === null ? [] : [{ value: valueAt(at), metric }];
        }),
      };
    })
    .sort((one, other) => other.share - one.share);
}

/** Returns ranks from 1, the best, to 0. */
function ranksOf(trials: readonly Trial[], better: 'higher' | 'lower'): number[] {
  const order = ranked(
    trials.map(({ trial, scores }) => ({ trial, score: scores[0] ?? null })),
    better,
  );
  const places = new Map(order.map(({ trial }, place) => [trial, place]));
  return trials.map(({ trial }) => 1 - places.get(trial)! / Math.max(1, trials.length - 1));
}

/** Returns the metric on the first rung; failed trials count as the worst of the others. */
function metricsOf(trials: readonly Trial[], better: 'higher' | 'lower'): number[] {
  const known = trials.flatMap(({ scores }) => (typeof scores[0] === 'number' ? [scores[0]] : []));
  const worst = known.length === 0 ? 0 : better === 'higher' ? Math.min(...known) : Math.max(...known);
  return trials.map(({ scores }) => scores[0] ?? worst);
}
