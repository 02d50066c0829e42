/** ln Σ exp(values), without overflow; −∞ for an empty list. */
export function logSum(values: Iterable<number>): number {
  let [largest, sum] = [-Infinity, 0];
  for (const value of values) {
    if (value === -Infinity) continue;
    const next = Math.max(largest, value);
    sum = sum * Math.exp(largest - next) + Math.exp(value - next);
    largest = next;
  }
  return largest + Math.log(sum);
}

/** ln(exp(x) − 1), x > 0. */
export const logExpm1 = (x: number): number => x + Math.log(-Math.expm1(-x));

/** ln(1 + exp(x)). */
export const log1pExp = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
