import { seededUniform } from '@murmuration/engine/training/seeded';
import type { Recalls, Source } from './phone.ts';

/** Per cent of all words of all phones, or points of it. */
interface Points {
  readonly top1: number;
  readonly top3: number;
}

export interface HybridFigures {
  readonly global: Points;
  readonly personal: Points;
  readonly hybrid: Points;
  /** Share of the phones whose hybrid finds the next word among its first three as often as the global model, or oftener. */
  readonly betterOrEqualShare: number;
  /** The same for the first suggestion alone. */
  readonly betterOrEqualShareTop1: number;
  /** Points of top-3 recall that the other phones lose, on average; 0 where there are none. */
  readonly meanLossOfOthers: number;
  /** Hybrid minus global, and the 95 % intervals of a bootstrap over phones: of top-3, and of top-1. */
  readonly gain: Points & {
    readonly interval: readonly [number, number];
    readonly intervalTop1: readonly [number, number];
  };
}

const resamples = 10_000;

/** Sums up what came of the phones. Whole phones are drawn for the bootstrap, since the words of one have an author in common. */
export function figuresOf(phones: readonly Recalls[], seed: number): HybridFigures {
  const pooled = (of: readonly Recalls[], source: Source): Points => {
    const words = of.reduce((sum, phone) => sum + phone[source].words, 0);
    const share = (top: 'top1' | 'top3') =>
      (100 * of.reduce((sum, phone) => sum + phone[source][top] * phone[source].words, 0)) / words;
    return { top1: share('top1'), top3: share('top3') };
  };
  const gainOf = (of: readonly Recalls[]): Points => {
    const [global, hybrid] = [pooled(of, 'global'), pooled(of, 'hybrid')];
    return { top1: hybrid.top1 - global.top1, top3: hybrid.top3 - global.top3 };
  };
  const uniform = seededUniform(seed);
  const draws = Array.from({ length: resamples }, () =>
    gainOf(phones.map(() => phones[Math.floor(uniform() * phones.length)]!)),
  );
  const losses = phones
    .map(({ global, hybrid }) => 100 * (global.top3 - hybrid.top3))
    .filter(loss => loss > 0);
  return {
    global: pooled(phones, 'global'),
    personal: pooled(phones, 'personal'),
    hybrid: pooled(phones, 'hybrid'),
    betterOrEqualShare: (phones.length - losses.length) / phones.length,
    betterOrEqualShareTop1:
      phones.filter(({ global, hybrid }) => hybrid.top1 >= global.top1).length / phones.length,
    meanLossOfOthers: losses.length > 0 ? losses.reduce((sum, loss) => sum + loss, 0) / losses.length : 0,
    gain: {
      ...gainOf(phones),
      interval: intervalOf(draws.map(({ top3 }) => top3)),
      intervalTop1: intervalOf(draws.map(({ top1 }) => top1)),
    },
  };
}

/** The middle 95 %. */
function intervalOf(values: readonly number[]): [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[Math.floor(0.025 * sorted.length)]!, sorted[Math.ceil(0.975 * sorted.length) - 1]!];
}
