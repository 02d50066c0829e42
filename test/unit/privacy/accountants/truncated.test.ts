import { ComposedLoss } from '@murmuration/privacy/accountants/composition';
import {
  type Cells,
  lossOf,
  type PrivacyLoss,
  reverseLossOf,
} from '@murmuration/privacy/accountants/privacy-loss';
import { upperTail } from '@murmuration/privacy/numerics/normal';
import { expect, it } from 'vitest';
import { publishedCase } from '../vectors.ts';

const step = 1e-3;
/** Standard deviations beyond which nothing is. */
const farthest = 9.8;

/** Gaussians of one width: their places, and how likely each is. */
interface Gaussians {
  readonly sigma: number;
  readonly parts: readonly (readonly [place: number, probability: number])[];
}

/** What lies above x. */
const above = ({ sigma, parts }: Gaussians, x: number) =>
  parts.reduce((sum, [place, p]) => sum + p * upperTail((x - place) / sigma), 0);

const density = ({ sigma, parts }: Gaussians, x: number) =>
  parts.reduce((sum, [place, p]) => sum + p * Math.exp(-(((x - place) / sigma) ** 2) / 2), 0);

/** Two mixtures whose ratio rises with x, cut at multiples of the step of its logarithm. */
function cellsOf(upper: Gaussians, lower: Gaussians): Cells {
  const loss = (x: number) => Math.log(density(upper, x) / density(lower, x));
  const places = [...upper.parts, ...lower.parts].map(([place]) => place);
  const low = Math.min(...places) - farthest * upper.sigma;
  const high = Math.max(...places) + farthest * upper.sigma;
  const first = Math.ceil(loss(low) / step);
  const count = Math.floor(loss(high) / step) - first;
  const cuts = Array.from({ length: count + 1 }, (_, i) => {
    let [from, to] = [low, high];
    for (let turn = 0; turn < 48; turn++) {
      const middle = (from + to) / 2;
      if (loss(middle) < (first + i) * step) from = middle;
      else to = middle;
    }
    return to;
  });
  const between = (mixture: Gaussians) =>
    Float64Array.from({ length: count }, (_, i) =>
      Math.max(0, above(mixture, cuts[i]!) - above(mixture, cuts[i + 1]!)),
    );
  const before = (mixture: Gaussians) => Math.max(0, 1 - above(mixture, cuts[0]!));
  return {
    step,
    first,
    upper: between(upper),
    lower: between(lower),
    beyond: above(upper, cuts[count]!),
    before: { upper: before(upper), lower: before(lower) },
  };
}

/** One loss with the probability p, else the other. */
function either(p: number, one: PrivacyLoss, other: PrivacyLoss): PrivacyLoss {
  const first = Math.min(one.first, other.first);
  const end = Math.max(one.first + one.masses.length, other.first + other.masses.length);
  const masses = new Float64Array(end - first);
  for (const [share, loss] of [
    [p, one],
    [1 - p, other],
  ] as const)
    for (const [i, mass] of loss.masses.entries())
      masses[loss.first - first + i] = masses[loss.first - first + i]! + share * mass;
  return { step, first, masses, infinite: p * one.infinite + (1 - p) * other.infinite };
}

/** How likely at least `least` of n are drawn, each with the probability q. */
function atLeast(least: number, n: number, q: number): number {
  let sum = 0;
  let choices = 1;
  for (let k = 0; k <= n; k++) {
    if (k >= least) sum += choices * q ** k * (1 - q) ** (n - k);
    choices = (choices * (n - k)) / (k + 1);
  }
  return sum;
}

interface Event {
  readonly dataset_size: number;
  readonly q: number;
  readonly truncated_batch: number;
  readonly noise_multiplier: number;
  readonly count: number;
}

/**
 * Poisson samples that are cut off at a batch size: where the others fill it, an example takes the place of another one, which counts twice; else it
 * is there or not. By the loss of each direction.
 */
function lossesOf({ dataset_size: n, q, truncated_batch: batch, noise_multiplier: sigma }: Event) {
  const full = atLeast(batch, n - 1, q);
  const chosen = (atLeast(batch + 1, n, q) * batch) / full / n;
  const sampled = cellsOf(
    {
      sigma,
      parts: [
        [0, 1 - q],
        [1, q],
      ],
    },
    { sigma, parts: [[0, 1]] },
  );
  const twice = (place: number): Gaussians => ({
    sigma: sigma / 2,
    parts: [
      [0, 1 - chosen],
      [place, chosen],
    ],
  });
  const replaced = lossOf(cellsOf(twice(1), twice(-1)));
  return [lossOf(sampled), reverseLossOf(sampled)].map(loss => either(full, replaced, loss));
}

it('composes different losses as gdp-pld-trunc', () => {
  const { inputs, expected } = publishedCase<
    { events: readonly Event[]; delta: number },
    { epsilon: number }
  >('gdp-pld-trunc');
  const epsilons = [0, 1].map(direction => {
    const parts = inputs.events.map(event => ({ loss: lossesOf(event)[direction]!, times: event.count }));
    return new ComposedLoss(parts, step).epsilonAt(inputs.delta);
  });
  expect(Math.abs(Math.max(...epsilons) - expected.epsilon)).toBeLessThan(1e-6);
});
