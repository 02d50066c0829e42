import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';

/** ms: `first` before the second try, doubled before each further one up to `longest`, of which a half to all is drawn. */
export function backOff(
  failures: number,
  { first, longest }: { readonly first: number; readonly longest: number },
  random: RandomBytes,
): number {
  const whole = Math.min(longest, first * 2 ** Math.min(failures, 30));
  const [draw = 0] = random(1);
  return Math.round(whole * (0.5 + draw / 510));
}
