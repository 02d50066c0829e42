import { type AdaptiveClipping, nextClip } from '@murmuration/privacy/clipping/adaptive';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { StrategyState, SumStrategy } from './strategy.ts';

export interface AdaptiveClipSettings extends Pick<AdaptiveClipping, 'quantile' | 'rate'> {
  /**
   * Clip of the first round; at most `update.clip` of the task, which is also the limit of all later ones.
   */
  readonly initial: number;
  /** Lower bound of the clip; a thousandth of `initial` by default. */
  readonly least?: number;
}

/**
 * Adapts the clip to a quantile of the norms of updates (Andrew et al. 2021). Each update says in the sum if
 * it was within the clip; if more than `quantile` of them were (½ by default), the next clip is smaller, by a
 * factor up to exp(−rate / 2) (rate 0.2 by default). Throws `config.invalid` for settings out of range, and
 * for strategies whose updates carry more than a delta of weight 1 or by examples.
 */
export function adaptiveClip<State extends StrategyState>(
  strategy: SumStrategy<State>,
  { initial, least = initial / 1_000, ...clipping }: AdaptiveClipSettings,
): SumStrategy<State & { readonly clip: number }> {
  if (!(least > 0 && least <= initial && initial <= 1e6))
    throw new MurmurationError(
      'config.invalid',
      `adaptiveClip: initial is above 0, up to 1,000,000, and least at most that; found ${initial} and ${least}.`,
    );
  if (strategy.control || strategy.fairness || strategy.clip)
    throw new MurmurationError(
      'config.invalid',
      `adaptiveClip: the strategy ${strategy.name} goes by the clip of its task; choose another strategy of sums such as fedAvg().`,
    );
  nextClip(initial, 0, clipping);
  return {
    name: `adaptiveClip(${strategy.name})`,
    consumes: 'sum',
    init: count => ({ ...strategy.init(count), clip: initial }),
    clip: ({ clip }) => clip,
    apply(before, model, mean, contributors, round) {
      const stepped = strategy.apply(before, model, mean, contributors, round);
      const { within } = mean;
      // From the clip that the round had, so that one that the task limits does not grow unseen.
      const clip = within ? Math.max(least, nextClip(within.clip, within.share, clipping)) : before.clip;
      return { ...stepped, state: { ...stepped.state, clip } };
    },
  };
}
