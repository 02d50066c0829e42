import { accountOf, renyiOf } from '../accountants/account.ts';
import { gaussianMu } from '../accountants/gaussian.ts';
import { renyiEpsilon } from '../accountants/renyi.ts';
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

/** A mechanism whose noise is to be found; every part of it gets the same noise multiplier. */
export type Shape =
  | Omit<Gaussian, 'noiseMultiplier'>
  | Omit<Correlated, 'noiseMultiplier'>
  | (Omit<Sampled, 'of'> & { readonly of: Omit<Gaussian, 'noiseMultiplier'> })
  | (Omit<Repeated, 'of'> & { readonly of: Shape })
  | (Omit<Composed, 'parts'> & { readonly parts: readonly Shape[] });

/** The mechanism that a shape becomes with its noise. */
export type Calibrated<S extends Shape> = S extends { readonly kind: infer Kind }
  ? Extract<Mechanism, { readonly kind: Kind }>
  : never;

/**
 * The mechanism of that shape with the least noise that spends no more than ε and δ; with sampling to four digits.
 * @throws MurmurationError `config.invalid` for a budget without ε above 0 or δ between 0 and 1, and for a shape with numbers out of range.
 */
export function calibrate<const S extends Shape>({ epsilon, delta }: Budget, shape: S): Calibrated<S> {
  requireEpsilon(epsilon);
  requireDelta(delta);
  const { mu } = accountOf(withNoise(shape, 1));
  // μ is inversely proportional to the noise.
  const wanted = mu === undefined ? sampledNoise({ epsilon, delta }, shape) : mu / gaussianMu(epsilon, delta);
  // Roots are exact to some digits, which the budget does not pay for.
  let noiseMultiplier = wanted;
  const spends = () => accountOf(withNoise(shape, noiseMultiplier)).epsilonAt(delta);
  for (let more = mu === undefined ? 1e-5 : 1e-15; spends() > epsilon; more *= 2)
    noiseMultiplier = wanted * (1 + more);
  return withNoise(shape, noiseMultiplier) as Calibrated<S>;
}

/** By the quick accountant, which never asks for less noise than is needed, and then by the tight one. */
function sampledNoise({ epsilon, delta }: Budget, shape: Shape): number {
  const excess = (log: number) =>
    renyiEpsilon(renyiOf(withNoise(shape, Math.exp(log))), delta).value - epsilon;
  let [low, high] = [0, 0];
  while (excess(low) < 0) low -= 1;
  while (excess(high) > 0) high += 1;
  const enough = root(excess, low, high, 1e-4);
  const tight = (log: number) => accountOf(withNoise(shape, Math.exp(log))).epsilonAt(delta) - epsilon;
  let less = enough - 0.125;
  while (tight(less) < 0) less -= 0.25;
  return tight(enough) > 0 ? Math.exp(enough) : Math.exp(root(tight, less, enough, 1e-5));
}

function withNoise(shape: Shape, noiseMultiplier: number): Mechanism {
  switch (shape.kind) {
    case 'sampled':
      return { ...shape, of: { ...shape.of, noiseMultiplier } };
    case 'repeated':
      return { ...shape, of: withNoise(shape.of, noiseMultiplier) };
    case 'composed':
      return { ...shape, parts: shape.parts.map(part => withNoise(part, noiseMultiplier)) };
    default:
      return { ...shape, noiseMultiplier };
  }
}
