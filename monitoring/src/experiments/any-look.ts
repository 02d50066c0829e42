import { halfWidth, tuned } from './always-valid.ts';

/**
 * Between which a share lies at every look, however often one looks, but for the chance `alpha`: a confidence sequence (Waudby-Smith et al. 2021)
 * around the `value` of `n` outcomes, tightest at `tuning` of them. From 0 to 1; of fewer than one outcome all of that.
 */
export function shareAtAnyLook(
  value: number,
  n: number,
  { alpha = 0.05, tuning = 1_000 }: { readonly alpha?: number; readonly tuning?: number } = {},
): readonly [number, number] {
  if (!(n >= 1)) return [0, 1];
  // As if one more of each had been seen: the first few tell too little of how far others may be.
  const share = (value * n + 1) / (n + 2);
  const half = halfWidth(n, share * (1 - share), tuned(alpha, tuning), alpha);
  return [Math.max(0, value - half), Math.min(1, value + half)];
}
