import type { RandomBytes } from '../random/random-bytes.ts';

/**
 * Returns ms to wait before a try: `first` before the second one, doubled for each further one up to
 * `longest`, times a random factor from 0.5 to 1.
 */
export function backOff(
  failures: number,
  { first, longest }: { readonly first: number; readonly longest: number },
  random: RandomBytes,
): number {
  const whole = Math.min(longest, first * 2 ** Math.min(failures, 30));
  const [draw = 0] = random(1);
  return Math.round(whole * (0.5 + draw / 510));
}
