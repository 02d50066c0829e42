import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { type Account, accountOf, renyiOf } from '../accountants/account.ts';
import { wholeOrders } from '../accountants/distributed-renyi.ts';
import { gaussianMu } from '../accountants/gaussian.ts';
import { renyiEpsilon } from '../accountants/renyi.ts';
import type { Distributed } from '../mechanisms/distributed.ts';
import type {
  Composed,
  Correlated,
  Gaussian,
  Mechanism,
  Repeated,
  Sampled,
} from '../mechanisms/mechanism.ts';
import { root } from '../numerics/root.ts';
import { type Budget, requireDelta, requireEpsilon } from './budget.ts';

/**
 * Mechanism whose noise is to be found; every part of it gets the same noise multiplier: that on the sum, if
 * devices add it.
 */
export type Shape =
  | Omit<Gaussian, 'noiseMultiplier'>
  | Omit<Correlated, 'noiseMultiplier'>
  | Omit<Distributed, 'perDevice'>
  | (Omit<Sampled, 'of'> & { readonly of: Omit<Gaussian, 'noiseMultiplier'> })
  | (Omit<Repeated, 'of'> & { readonly of: Shape })
  | (Omit<Composed, 'parts'> & { readonly parts: readonly Shape[] });

/** Mechanism that a shape becomes with its noise. */
export type Calibrated<S extends Shape> = S extends { readonly kind: infer Kind }
  ? Extract<Mechanism, { readonly kind: Kind }>
  : never;

/**
 * Finds the mechanism of a shape with the least noise that spends no more than ε and δ; with sampling to four
 * digits.
 * @throws MurmurationError `config.invalid` for a budget without ε above 0 or δ between 0 and 1, and for a
 * shape with numbers out of range.
 */
export function calibrate<const S extends Shape>(budget: Budget, shape: S): Calibrated<S> {
  const { epsilon, delta } = budget;
  requireEpsilon(epsilon);
  requireDelta(delta);
  const { mu, accountant } = accountOf(withNoise(shape, 1));
  // μ is inversely proportional to the noise.
  const wanted = mu === undefined ? searched(budget, shape, accountant) : mu / gaussianMu(epsilon, delta);
  // Roots are exact only to some digits; the rest must not exceed the budget.
  let noiseMultiplier = wanted;
  const spends = () => accountOf(withNoise(shape, noiseMultiplier)).epsilonAt(delta);
  for (let more = mu === undefined ? 1e-5 : 1e-15; spends() > epsilon; more *= 2)
    noiseMultiplier = wanted * (1 + more);
  return withNoise(shape, noiseMultiplier) as Calibrated<S>;
}

/**
 * Calibrates a shape for devices that have spent `before` too: both together spend no more than ε and δ.
 * @throws MurmurationError `config.invalid` as `calibrate`, and if nothing is left.
 */
export function calibrateBeside<const S extends Shape>(
  budget: Budget,
  shape: S,
  before: Mechanism,
): Calibrated<S> {
  const { epsilon, delta } = budget;
  requireEpsilon(epsilon);
  requireDelta(delta);
  if (accountOf(before).epsilonAt(delta) === 0) return calibrate(budget, shape);
  const beside = (log: number) => withNoise(shape, Math.exp(log));
  const excess = (log: number) =>
    accountOf({ kind: 'composed', parts: [before, beside(log)] }).epsilonAt(delta) - epsilon;
  let log = enoughFor(budget, excess);
  for (let more = 1e-6; excess(log) > 0; more *= 2) log += more;
  return beside(log) as Calibrated<S>;
}

/**
 * Searches with the fast accountant, which never asks for less noise than necessary, and then with the tight
 * one, if there is one.
 */
function searched(budget: Budget, shape: Shape, accountant: Account['accountant']): number {
  const { epsilon, delta } = budget;
  const orders = accountant === 'rdp' ? wholeOrders : undefined;
  const excess = (log: number) =>
    renyiEpsilon(renyiOf(withNoise(shape, Math.exp(log))), delta, orders).value - epsilon;
  const enough = enoughFor(budget, excess);
  if (accountant === 'rdp') return Math.exp(enough);
  const tight = (log: number) => accountOf(withNoise(shape, Math.exp(log))).epsilonAt(delta) - epsilon;
  let less = enough - 0.125;
  while (tight(less) < 0) less -= 0.25;
  return tight(enough) > 0 ? Math.exp(enough) : Math.exp(root(tight, less, enough, 1e-5));
}

/** ln of the largest noise multiplier that is tried. */
const mostLog = 20;

/** ln of the noise multiplier from which on no ε is in excess of a budget. */
function enoughFor({ epsilon, delta }: Budget, excess: (log: number) => number): number {
  let [low, high] = [0, 0];
  while (excess(low) < 0) low -= 1;
  while (excess(high) > 0 && high <= mostLog) high += 1;
  if (high > mostLog)
    throw new MurmurationError(
      'config.invalid',
      `No noise is enough for ε = ${epsilon} at δ = ${delta} by this accountant; allow a larger one of both.`,
    );
  return root(excess, low, high, 1e-6);
}

function withNoise(shape: Shape, noiseMultiplier: number): Mechanism {
  switch (shape.kind) {
    case 'sampled':
      return { ...shape, of: { ...shape.of, noiseMultiplier } };
    case 'skellam':
    case 'discreteGaussian':
      return { ...shape, perDevice: (noiseMultiplier * shape.clip) ** 2 / shape.quorum };
    case 'repeated':
      return { ...shape, of: withNoise(shape.of, noiseMultiplier) };
    case 'composed':
      return { ...shape, parts: shape.parts.map(part => withNoise(part, noiseMultiplier)) };
    default:
      return { ...shape, noiseMultiplier };
  }
}
