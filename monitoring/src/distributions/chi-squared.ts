import { boundOf } from './bisection.ts';
import { upperGamma } from './gamma.ts';

/** Returns the share of a χ² distribution above `value`; `freedom`: its degrees, more than 0. */
export function chiSquaredAbove(value: number, freedom: number): number {
  return upperGamma(freedom / 2, value / 2);
}

/** Returns the value that a χ² distribution exceeds with probability `alpha`, from 0 to 1, both excluded. */
export function chiSquaredCritical(alpha: number, freedom: number): number {
  return boundOf(value => chiSquaredAbove(value, freedom) > alpha);
}
