import { upperGamma } from './gamma.ts';

/** The share of a χ² distribution above `value`; `freedom`: its degrees, more than 0. */
export function chiSquaredAbove(value: number, freedom: number): number {
  return upperGamma(freedom / 2, value / 2);
}
