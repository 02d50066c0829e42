import { logBeta } from '../distributions/gamma.ts';
import { normalDensity } from '../distributions/normal.ts';
import { type ArmSums, meanOf, varianceOf } from './arm-sums.ts';

/** How sure it is that an arm is the best, and what it costs to choose it although another is better. */
export interface Chance {
  readonly best: number;
  /** How far, on average, the best arm is above this one. */
  readonly loss: number;
}

/** Points of the grid on which densities are added up. */
const points = 4_001;
const deviations = 9;

/** By arm: the chance to be best, of shares of successes with nothing known beforehand (uniform on 0 to 1). Sums are of values 0 and 1. */
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

/** By arm: the chance to be best, of means, which are nearly normal for many units. Arms with two units and some variance at least. */
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

/** The mean of the highest of all arms: low + ∫ (1 − the chance that all are below). */
function expectedHighest(upTo: readonly Float64Array[], low: number, step: number): number {
  let sum = 0;
  for (let at = 0; at < points; at++) {
    const below = upTo.reduce((product, each) => product * each[at]!, 1);
    sum += (1 - below) * (at === 0 || at === points - 1 ? 0.5 : 1);
  }
  return low + sum * step;
}
