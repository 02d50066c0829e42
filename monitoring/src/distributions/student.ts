import { incompleteBeta } from './gamma.ts';
import { normalQuantile } from './normal.ts';

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
  let low = 0;
  let high = Math.max(1, -normalQuantile(share / 2));
  while (studentBeyond(high, freedom) > share) high *= 2;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (studentBeyond(middle, freedom) > share) low = middle;
    else high = middle;
  }
  return high;
}
