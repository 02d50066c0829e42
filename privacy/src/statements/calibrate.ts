import { accountOf } from '../accountants/account.ts';
import { gaussianMu } from '../accountants/gaussian.ts';
import { muOfMechanism } from '../accountants/mu.ts';
import type { Composed, Correlated, Gaussian, Mechanism, Repeated } from '../mechanisms/mechanism.ts';
import { type Budget, requireDelta, requireEpsilon } from './budget.ts';

/** A mechanism whose noise is to be found; every part of it gets the same noise multiplier. */
export type Shape =
  | Omit<Gaussian, 'noiseMultiplier'>
  | Omit<Correlated, 'noiseMultiplier'>
  | (Omit<Repeated, 'of'> & { readonly of: Shape })
  | (Omit<Composed, 'parts'> & { readonly parts: readonly Shape[] });

/** The mechanism that a shape becomes with its noise. */
export type Calibrated<S extends Shape> = S extends { readonly kind: infer Kind }
  ? Extract<Mechanism, { readonly kind: Kind }>
  : never;

/**
 * The mechanism of that shape with the least noise that spends no more than ε and δ.
 * @throws MurmurationError `config.invalid` for a budget without ε above 0 or δ between 0 and 1, and for a shape with numbers out of range.
 */
export function calibrate<const S extends Shape>({ epsilon, delta }: Budget, shape: S): Calibrated<S> {
  requireEpsilon(epsilon);
  requireDelta(delta);
  // μ is inversely proportional to the noise.
  const wanted = muOfMechanism(withNoise(shape, 1)) / gaussianMu(epsilon, delta);
  // Roots are exact to their last digits, which the budget does not pay.
  let noiseMultiplier = wanted;
  for (let more = 1e-15; accountOf(withNoise(shape, noiseMultiplier)).epsilonAt(delta) > epsilon; more *= 2)
    noiseMultiplier = wanted * (1 + more);
  return withNoise(shape, noiseMultiplier) as Calibrated<S>;
}

function withNoise(shape: Shape, noiseMultiplier: number): Mechanism {
  switch (shape.kind) {
    case 'repeated':
      return { ...shape, of: withNoise(shape.of, noiseMultiplier) };
    case 'composed':
      return { ...shape, parts: shape.parts.map(part => withNoise(part, noiseMultiplier)) };
    default:
      return { ...shape, noiseMultiplier };
  }
}
