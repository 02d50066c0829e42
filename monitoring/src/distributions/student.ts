import { boundOf } from './bisection.ts';
import { incompleteBeta } from './gamma.ts';

/**
 * Returns the share of a Student distribution farther from 0 than `t`, on both sides; `freedom`: its
 * degrees, more than 0.
 */
export function studentBeyond(t: number, freedom: number): number {
  return incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

/**
 * Returns the value that `share` of a Student distribution exceeds in absolute value; `share` is between 0
 * and 1.
 */
export function studentCritical(share: number, freedom: number): number {
  return boundOf(value => studentBeyond(value, freedom) > share);
}
