// The standard normal distribution, to a few units in the last place in both tails. Everything is based on
// the Mills ratio M(x) = (1 − Φ(x)) / φ(x), which neither underflows nor cancels where Φ does.

/**
 * Chebyshev coefficients of (1 + 2x) · exp(x²) · erfc(x) over (x − 3.75) / (x + 3.75), x ≥ 0 (the form of
 * Shepherd & Laframboise 1981, computed with 50 digits); the truncated rest is below 10⁻¹⁷.
 */
const erfcxCoefficients = [
  1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189, -0.026658668435305753,
  0.009074997670705265, -0.002413163540417608, 0.0004907758365258085, -6.916973302501214e-5,
  4.139027986072943e-6, 7.740383066197823e-7, -2.1886401049241027e-7, 1.0764999465605055e-8,
  4.521959811152942e-9, -7.754400209479305e-10, -6.318088347307379e-11, 2.868795004572692e-11,
  1.9455862254345154e-13, -9.654697370543114e-13, 3.2525420011347877e-14, 3.3478058790583824e-14,
  -1.8646227582894835e-15, -1.2508540804567878e-15, 7.412421121645586e-17, 5.0624268758490195e-17,
];

const halfway = 3.75;
const rootHalf = Math.SQRT1_2;
const rootHalfPi = Math.sqrt(Math.PI / 2);
const logRootTwoPi = Math.log(2 * Math.PI) / 2;

/** exp(x²) · erfc(x); infinite below about −26.6. */
function erfcx(x: number): number {
  if (x < 0) return 2 * Math.exp(x * x) - erfcx(-x);
  const t = x === Infinity ? 1 : (x - halfway) / (x + halfway);
  let [one, two] = [0, 0];
  for (let i = erfcxCoefficients.length - 1; i > 0; i--)
    [one, two] = [2 * t * one - two + erfcxCoefficients[i]!, one];
  return (t * one - two + erfcxCoefficients[0]!) / (1 + 2 * x);
}

/** M(x) = (1 − Φ(x)) / φ(x); infinite below about −37.6. */
export const millsRatio = (x: number): number => rootHalfPi * erfcx(x * rootHalf);

/** ln φ(x). */
export const logDensity = (x: number): number => -x * x * 0.5 - logRootTwoPi;

/** 1 − Φ(x) = Φ(−x). */
export const upperTail = (x: number): number =>
  x >= 0 ? 0.5 * Math.exp(-x * x * 0.5) * erfcx(x * rootHalf) : 1 - upperTail(-x);

/** ln(1 − Φ(x)), even if 1 − Φ(x) underflows. */
export function logUpperTail(x: number): number {
  return x > 0 ? logDensity(x) + Math.log(millsRatio(x)) : Math.log1p(-upperTail(-x));
}

/** 1 − x · M(x) = −M′(x), without cancellation for large x. */
export function millsSlope(x: number): number {
  if (x < 2) return 1 - x * millsRatio(x);
  // Evaluates Laplace's continued fraction M(x) = 1/(x + 1/(x + 2/(x + …))) from its end.
  let rest = 0;
  for (let i = 200; i > 0; i--) rest = i / (x + rest);
  return rest / (x + rest);
}

/** Quantile x with the upper tail probability `p`, from 0 to 1: 1 − Φ(x) = p. */
export function upperQuantile(p: number): number {
  if (p > 0.5) return -upperQuantile(1 - p);
  if (p <= 0) return p === 0 ? Infinity : Number.NaN;
  return quantileOfLog(Math.log(p));
}

/** Quantile x ≥ 0 with ln(1 − Φ(x)) = `logP`, at most ln ½. */
function quantileOfLog(logP: number): number {
  // An upper bound; Newton's steps from there double the digits.
  let x = Math.sqrt(-2 * logP);
  for (let i = 0; i < 6; i++) {
    const mills = millsRatio(x);
    x += mills * (logDensity(x) + Math.log(mills) - logP);
  }
  return Math.max(x, 0);
}
