import { logBeta } from '../distributions/gamma.ts';
import { normalDensity } from '../distributions/normal.ts';
import { type ArmSums, meanOf, varianceOf } from './arm-sums.ts';

/** Probability that an arm is the best, and the expected loss of choosing it. */
export interface Chance {
  readonly best: number;
  /** Mean distance of the best arm above this one. */
  readonly loss: number;
}

/** Points of the grid on which densities are summed. */
const points = 4_001;
const deviations = 9;

/**
 * Returns each arm's probability of being the best, for shares of successes with a uniform prior on 0 to 1.
 * Sums are of values 0 and 1.
 */
export function bestShare(arms: readonly ArmSums[]): Chance[] {
  return chances(
    arms.map(({ n, sum }) => {
      const [a, b] = [sum + 1, n - sum + 1];
      const mean = a / (a + b);
      const deviation = Math.sqrt((mean * (1 - mean)) / (a + b + 1));
      const all = logBeta(a, b);
      const density = (x: number) =>
        x <= 0 || x >= 1 ? 0 : Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - all);
      return { mean, deviation, density };
    }),
    [0, 1],
  );
}

/**
 * Returns each arm's probability of being the best, for means, which are nearly normal with many units. Arms
 * need at least two units and some variance.
 */
export function bestMean(arms: readonly ArmSums[]): Chance[] {
  return chances(
    arms.map(arm => {
      const mean = meanOf(arm);
      const deviation = Math.sqrt(varianceOf(arm, 1) / arm.n);
      return { mean, deviation, density: (x: number) => normalDensity((x - mean) / deviation) / deviation };
    }),
    [-Infinity, Infinity],
  );
}

interface Posterior {
  readonly mean: number;
  readonly deviation: number;
  density(x: number): number;
}

function chances(posteriors: readonly Posterior[], [least, most]: readonly [number, number]): Chance[] {
  const low = Math.max(least, Math.min(...posteriors.map(each => each.mean - deviations * each.deviation)));
  const high = Math.min(most, Math.max(...posteriors.map(each => each.mean + deviations * each.deviation)));
  const step = (high - low) / (points - 1);
  const masses = posteriors.map(({ density }) => {
    const mass = Float64Array.from({ length: points }, (_, at) => density(low + at * step));
    const all = mass.reduce((sum, each) => sum + each, 0);
    return mass.map(each => each / all);
  });
  const upTo = masses.map(mass => {
    let sum = 0;
    // Half of a point's mass lies below it.
    return mass.map(each => {
      sum += each;
      return sum - each / 2;
    });
  });
  const best = masses.map((mass, arm) =>
    mass.reduce(
      (sum, each, at) =>
        sum + upTo.reduce((product, below, other) => (other === arm ? product : product * below[at]!), each),
      0,
    ),
  );
  const all = best.reduce((sum, each) => sum + each, 0);
  const highest = expectedHighest(upTo, low, step);
  return posteriors.map(({ mean }, arm) => ({
    best: best[arm]! / all,
    loss: Math.max(0, highest - mean),
  }));
}

/** Returns the mean of the highest of all arms: low + ∫ (1 − the probability that all are below). */
function expectedHighest(upTo: readonly Float64Array[], low: number, step: number): number {
  let sum = 0;
  for (let at = 0; at < points; at++) {
    const below = upTo.reduce((product, each) => product * each[at]!, 1);
    sum += (1 - below) * (at === 0 || at === points - 1 ? 0.5 : 1);
  }
  return low + sum * step;
}
