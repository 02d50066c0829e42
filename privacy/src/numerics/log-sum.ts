/** ln Σ exp(values), without overflow; −∞ for an empty list. */
export function logSum(values: Iterable<number>): number {
  let [largest, sum] = [-Infinity, 0];
  for (const value of values) {
    if (value === -Infinity) continue;
    if (value > largest) {
      sum = sum * Math.exp(largest - value) + 1;
      largest = value;
    } else sum += Math.exp(value - largest);
  }
  return largest + Math.log(sum);
}

/** ln(exp(x) − 1), x > 0. */
export const logExpm1 = (x: number): number => (x > 40 ? x : Math.log(Math.expm1(x)));

/** ln(1 + exp(x)). */
export const log1pExp = (x: number): number => (x > 40 ? x : Math.log1p(Math.exp(x)));
