import { upperGamma } from './gamma.ts';

/** Returns the share of a χ² distribution above `value`; `freedom`: its degrees, more than 0. */
export function chiSquaredAbove(value: number, freedom: number): number {
  return upperGamma(freedom / 2, value / 2);
}

/** Returns the value that a χ² distribution exceeds with probability `alpha`, from 0 to 1, both excluded. */
export function chiSquaredCritical(alpha: number, freedom: number): number {
  let low = 0;
  let high = freedom + 10;
  while (chiSquaredAbove(high, freedom) > alpha) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (chiSquaredAbove(middle, freedom) > alpha) low = middle;
    else high = middle;
  }
  return high;
}
