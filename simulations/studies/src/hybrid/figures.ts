import { studentInterval } from '@murmuration/monitoring/paired/mean-difference';
import { type Baseline, baselines, type Hits, ownWeights } from './baselines.ts';
import type { PhoneSource, Recalls } from './phone.ts';

/** Per cent of all words of all phones, or percentage points. */
export interface Points {
  readonly top1: number;
  readonly top3: number;
}

/** Results of one phone that the rounds never saw. */
export interface ScoredPhone {
  readonly recalls: Recalls;
  readonly hits: Readonly<Record<Baseline, Hits>>;
}

type Interval = readonly [low: number, high: number];

/** Gain of the hybrid, with 95 % intervals of top-3 and top-1; infinite if there is only one stretch. */
interface Gain extends Points {
  readonly interval: Interval;
  readonly intervalTop1: Interval;
}

export interface HybridFigures {
  readonly global: Points;
  readonly personal: Points;
  readonly hybrid: Points;
  /**
   * Results of the baselines, each with the weight of the phone's own model that is best on these very words;
   * it may differ between top-1 and top-3.
   */
  readonly trigramCache: Points;
  readonly kneserNeyOwn: Points;
  /** Share of phones whose top-3 recall with the hybrid is at least that of the global model. */
  readonly betterOrEqualShare: number;
  /** The same for top-1 recall. */
  readonly betterOrEqualShareTop1: number;
  /** Mean loss of the other phones in points of top-3 recall; 0 if there are none. */
  readonly meanLossOfOthers: number;
  readonly gain: Gain;
  /** Gain over the better baseline, for top-1 and for top-3 separately. */
  readonly overBestBaseline: Gain;
}

const confidence = 0.95;

/** Number of words, and hits of each row among the first and the first three. */
interface Stretch {
  readonly words: number;
  readonly hits: ReadonlyMap<PhoneSource | Baseline, Points>;
}

/**
 * Summarises the results by stretch. Intervals treat a stretch as one observation, because neighbouring
 * phones share authors: they are Student's, with one degree of freedom less than stretches. They ignore that
 * other phones might have trained.
 */
export function figuresOf(stretches: readonly (readonly ScoredPhone[])[]): HybridFigures {
  const phones = stretches.flat();
  const best = Object.fromEntries(
    baselines.map(name => [name, { top1: bestOf(phones, name, 'top1'), top3: bestOf(phones, name, 'top3') }]),
  ) as Record<Baseline, Points>;
  const counted = stretches.map(of => countsOf(of, best));
  const points = (of: readonly Stretch[], row: PhoneSource | Baseline): Points => {
    const words = of.reduce((sum, stretch) => sum + stretch.words, 0);
    const share = (top: keyof Points) =>
      (100 * of.reduce((sum, { hits }) => sum + hits.get(row)![top], 0)) / words;
    return { top1: share('top1'), top3: share('top3') };
  };
  const rows = Object.fromEntries(
    (['global', 'personal', 'hybrid', ...baselines] as const).map(row => [row, points(counted, row)]),
  ) as Record<PhoneSource | Baseline, Points>;
  const bestFor = (top: keyof Points) =>
    baselines.reduce((one, other) => (rows[other][top] > rows[one][top] ? other : one));
  const gainOver = (over: Readonly<Record<keyof Points, PhoneSource | Baseline>>): Gain => {
    const gain = (top: keyof Points) => rows.hybrid[top] - rows[over[top]][top];
    return {
      top1: gain('top1'),
      top3: gain('top3'),
      interval: intervalOf(
        counted,
        gain('top3'),
        ({ hits }) => hits.get('hybrid')!.top3 - hits.get(over.top3)!.top3,
      ),
      intervalTop1: intervalOf(
        counted,
        gain('top1'),
        ({ hits }) => hits.get('hybrid')!.top1 - hits.get(over.top1)!.top1,
      ),
    };
  };
  const recalls = phones.map(phone => phone.recalls);
  const losses = recalls
    .map(({ global, hybrid }) => 100 * (global.top3 - hybrid.top3))
    .filter(loss => loss > 0);
  return {
    ...rows,
    betterOrEqualShare: (phones.length - losses.length) / phones.length,
    betterOrEqualShareTop1:
      recalls.filter(({ global, hybrid }) => hybrid.top1 >= global.top1).length / phones.length,
    meanLossOfOthers: losses.length > 0 ? losses.reduce((sum, loss) => sum + loss, 0) / losses.length : 0,
    gain: gainOver({ top1: 'global', top3: 'global' }),
    overBestBaseline: gainOver({ top1: bestFor('top1'), top3: bestFor('top3') }),
  };
}

/** Returns the index of the weight with which a baseline has most hits on all phones. */
function bestOf(phones: readonly ScoredPhone[], name: Baseline, top: keyof Points): number {
  const sums = ownWeights.map((_, i) => phones.reduce((sum, { hits }) => sum + hits[name][top][i]!, 0));
  return sums.indexOf(Math.max(...sums));
}

function countsOf(phones: readonly ScoredPhone[], best: Readonly<Record<Baseline, Points>>): Stretch {
  const sum = (of: (phone: ScoredPhone) => number) => phones.reduce((all, phone) => all + of(phone), 0);
  const ofSource = (source: PhoneSource, top: keyof Points) =>
    sum(({ recalls }) => recalls[source][top] * recalls[source].words);
  const sources = ['global', 'personal', 'hybrid'] as const;
  return {
    words: sum(({ recalls }) => recalls.hybrid.words),
    hits: new Map<PhoneSource | Baseline, Points>([
      ...sources.map(
        source => [source, { top1: ofSource(source, 'top1'), top3: ofSource(source, 'top3') }] as const,
      ),
      ...baselines.map(name => {
        const of = (top: keyof Points) => sum(({ hits }) => hits[name][top][best[name][top]]!);
        return [name, { top1: of('top1'), top3: of('top3') }] as const;
      }),
    ]),
  };
}

/**
 * Returns the interval of points over all words: a stretch counts by the difference of its hits from the mean
 * for as many words.
 */
function intervalOf(
  stretches: readonly Stretch[],
  points: number,
  hits: (stretch: Stretch) => number,
): Interval {
  if (stretches.length < 2) return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const words = stretches.reduce((sum, stretch) => sum + stretch.words, 0) / stretches.length;
  const [low, high] = studentInterval(
    Float64Array.from(stretches, stretch => points + (100 * hits(stretch) - points * stretch.words) / words),
    confidence,
  );
  return [low, high];
}
