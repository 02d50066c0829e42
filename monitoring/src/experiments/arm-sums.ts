/** Sums over one arm of an experiment, which add up over places and time. */
export interface ArmSums {
  /** Units that were measured: people, requests. */
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/** Returns the sums of values that are 1 or 0, such as conversions. */
export function conversions(n: number, converted: number): ArmSums {
  return { n, sum: converted, squares: converted };
}

export function added(a: ArmSums, b: ArmSums): ArmSums {
  return { n: a.n + b.n, sum: a.sum + b.sum, squares: a.squares + b.squares };
}

export function meanOf({ n, sum }: ArmSums): number {
  return n > 0 ? sum / n : 0;
}

/** Returns the variance of single values, with the divisor `n − freedom`; 0 with too few. */
export function varianceOf({ n, sum, squares }: ArmSums, freedom: 0 | 1): number {
  return n > freedom ? Math.max(0, squares - (sum * sum) / n) / (n - freedom) : 0;
}
