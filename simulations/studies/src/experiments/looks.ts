import { alwaysValid } from '@murmuration/monitoring/experiments/always-valid';
import { type ArmSums, added, conversions } from '@murmuration/monitoring/experiments/arm-sums';
import { zTest } from '@murmuration/monitoring/experiments/fixed-horizon';
import { sampleRatio } from '@murmuration/monitoring/experiments/sample-ratio';
import type { Coin } from './coin.ts';

/** Units of both arms between two looks. */
export const perLook = 50;

export interface Looks {
  /** Units of both arms. */
  readonly units: number;
  readonly control: number;
  readonly treatment: number;
  readonly alpha: number;
  /** Units at which the confidence sequence is tightest. */
  readonly tuning: number;
}

/**
 * Simulates a person who looks after every 50 units. Each field is true if that test ever shows a
 * difference: the sequential test, or a z-test at each look.
 */
export function lookOften(coin: Coin, { units, control, treatment, alpha, tuning }: Looks) {
  const test = alwaysValid({ alpha, tuning });
  let state = test.init();
  let arms: readonly [ArmSums, ArmSums] = [conversions(0, 0), conversions(0, 0)];
  const seen = { alwaysValid: false, naive: false };
  for (let unit = 0; unit < units; unit += perLook) {
    const more = [control, treatment].map(chance =>
      conversions(perLook / 2, coin.successes(perLook / 2, chance)),
    ) as [ArmSums, ArmSums];
    state = test.add(test.add(state, 'control', more[0]), 'treatment', more[1]);
    arms = [added(arms[0], more[0]), added(arms[1], more[1])];
    seen.alwaysValid ||= test.verdict(state).comparisons[0]?.isDecided ?? false;
    seen.naive ||= zTest(...arms, alpha).p < alpha;
    if (seen.alwaysValid && seen.naive) break;
  }
  return seen;
}

/**
 * True if the sample-ratio test stops an experiment with equal arms within `units`.
 * @param share actual share of units in the first arm
 */
export function stopsForRatio(coin: Coin, units: number, share: number, alpha: number): boolean {
  const test = sampleRatio([1, 1]);
  let state = test.init();
  for (let unit = 0; unit < units; unit += perLook) {
    const first = coin.successes(perLook, share);
    state = test.add(state, [first, perLook - first]);
    if (state.p < alpha) return true;
  }
  return false;
}
