/** Coefficients of Stirling's series, B₂ᵢ / (2i · (2i − 1)), the lowest first. */
const stirling = [1 / 12, -1 / 360, 1 / 1_260, -1 / 1_680, 1 / 1_188];
/** Value from which on Stirling's series is exact to the last bits. */
const minStirlingValue = 15;
const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI);
const smallest = Number.MIN_VALUE / Number.EPSILON;
const mostTerms = 100_000;

/** Returns log Γ(x) minus Stirling's formula; `x` is at least 15. */
function correction(x: number): number {
  const inverse = 1 / (x * x);
  let sum = 0;
  for (let at = stirling.length - 1; at >= 0; at--) sum = sum * inverse + stirling[at]!;
  return sum / x;
}

/** Returns log Γ(x) for x > 0. */
export function logGamma(x: number): number {
  let shifted = x;
  let product = 1;
  while (shifted < minStirlingValue) {
    product *= shifted;
    shifted += 1;
  }
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + halfLogTwoPi + correction(shifted) - Math.log(product)
  );
}

/** Returns the log of the beta function for a, b > 0, without the cancellation of three log Γ. */
export function logBeta(a: number, b: number): number {
  const [more, less] = a > b ? [a, b] : [b, a];
  if (more < minStirlingValue) return logGamma(a) + logGamma(b) - logGamma(a + b);
  // log Γ(more + less) − log Γ(more); the difference of the two would nearly cancel.
  const growth =
    (more - 0.5) * Math.log1p(less / more) +
    less * Math.log(more + less) -
    less +
    correction(more + less) -
    correction(more);
  return logGamma(less) - growth;
}

/** Returns the log of the binomial coefficient `all` over `taken`. */
export function logBinomial(all: number, taken: number): number {
  return -Math.log(all + 1) - logBeta(taken + 1, all - taken + 1);
}

/**
 * Returns the regularised upper incomplete gamma function, Γ(a, x) / Γ(a) for a > 0, x ≥ 0 (Press et al.,
 * Numerical Recipes, §6.2).
 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  const factor = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > sum * Number.EPSILON; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.max(0, 1 - factor * sum);
  }
  return factor * fraction(x + 1 - a, n => [-n * (n - a), x + 2 * n + 1 - a]);
}

/**
 * Returns the regularised incomplete beta function, I_x(a, b) for a, b > 0, x from 0 to 1 (Press et al.,
 * Numerical Recipes, §6.4).
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  // The continued fraction converges fast on only one side of the mean.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const factor = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b)) / a;
  return (
    factor *
    fraction(1, n => {
      const m = Math.floor(n / 2);
      const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
      const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
      return [n % 2 === 0 ? even : odd, 1];
    })
  );
}

/** Evaluates the continued fraction 1 / (first + a₁ / (b₁ + a₂ / (b₂ + …))) by the method of Lentz. */
function fraction(first: number, term: (n: number) => readonly [number, number]): number {
  let c = 1 / smallest;
  let d = 1 / first;
  let value = d;
  for (let n = 1; n < mostTerms; n++) {
    const [a, b] = term(n);
    d = 1 / away(b + a * d);
    c = away(b + a / c);
    const step = c * d;
    value *= step;
    if (Math.abs(step - 1) < Number.EPSILON) break;
  }
  return value;
}

function away(value: number): number {
  return Math.abs(value) < smallest ? smallest : value;
}
