/** Relative change by a term below which sums and fractions end. */
const minRelativeTerm = 1e-14;

/**
 * Returns the probability that a chi-square variable of `degrees` degrees of freedom (an integer ≥ 1) exceeds
 * `statistic` (≥ 0): the regularised incomplete gamma function Q(degrees / 2, statistic / 2). Below the mean
 * it uses the power series (DLMF 8.7.1), above it the even part of the continued fraction with Lentz's method
 * (Press et al., "Numerical Recipes", 2nd edition, §6.2 and §5.2), which keeps its relative precision far
 * into the tail.
 */
export function chiSquareTail(statistic: number, degrees: number): number {
  const a = degrees / 2;
  const x = statistic / 2;
  if (x === 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGammaOfHalf(degrees));
  return x < a + 1 ? 1 - scale * series(a, x) : scale * fraction(a, x);
}

/** Σ xᵏ / (a (a + 1) … (a + k)). */
function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; term > sum * minRelativeTerm; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

/** 1 / (x + 1 − a − 1 (1 − a) / (x + 3 − a − 2 (2 − a) / (x + 5 − a − …))). */
function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let numerators = Number.POSITIVE_INFINITY;
  let denominators = 1 / b;
  let value = denominators;
  for (let k = 1, change = 0; Math.abs(change - 1) > minRelativeTerm; k++) {
    const step = -k * (k - a);
    b += 2;
    denominators = 1 / (b + step * denominators);
    numerators = b + step / numerators;
    change = numerators * denominators;
    value *= change;
  }
  return value;
}

/** ln Γ(n / 2), by Γ(a + 1) = a Γ(a) from Γ(1) = 1 or Γ(½) = √π. */
function logGammaOfHalf(n: number): number {
  let log = n % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let a = n % 2 === 0 ? 1 : 0.5; a < n / 2; a++) log += Math.log(a);
  return log;
}
