import { studentInterval } from '@murmuration/monitoring/paired/mean-difference';
import { type Baseline, baselines, type Hits, ownWeights } from './baselines.ts';
import type { Recalls, Source } from './phone.ts';

/** Per cent of all words of all phones, or points of it. */
export interface Points {
  readonly top1: number;
  readonly top3: number;
}

/** What came of one phone that the rounds never saw. */
export interface ScoredPhone {
  readonly recalls: Recalls;
  readonly hits: Readonly<Record<Baseline, Hits>>;
}

type Interval = readonly [low: number, high: number];

/** A gain of the hybrid, and its 95 % intervals: of top-3, and of top-1; boundless where there is one stretch. */
interface Gain extends Points {
  readonly interval: Interval;
  readonly intervalTop1: Interval;
}

export interface HybridFigures {
  readonly global: Points;
  readonly personal: Points;
  readonly hybrid: Points;
  /** Each under that weight of the phone's own under which it does best on these very words, which may be another for top-1 than for top-3. */
  readonly trigramCache: Points;
  readonly kneserNeyOwn: Points;
  /** Share of the phones whose hybrid finds the next word among its first three as often as the global model, or oftener. */
  readonly betterOrEqualShare: number;
  /** The same for the first suggestion alone. */
  readonly betterOrEqualShareTop1: number;
  /** Points of top-3 recall that the other phones lose, on average; 0 where there are none. */
  readonly meanLossOfOthers: number;
  readonly gain: Gain;
  /** Over the better one of the baselines, for top-1 and for top-3. */
  readonly overBestBaseline: Gain;
}

const confidence = 0.95;

/** Words, and how many of them each row has first and among three. */
interface Stretch {
  readonly words: number;
  readonly hits: ReadonlyMap<Source | Baseline, Points>;
}

/**
 * Sums up what came of the phones, stretch by stretch. A stretch is what intervals count as one, since phones beside one another share authors: they
 * are Student's, with as many degrees of freedom as there are stretches, less one. They leave out that other phones might have trained.
 */
export function figuresOf(stretches: readonly (readonly ScoredPhone[])[]): HybridFigures {
  const phones = stretches.flat();
  const best = Object.fromEntries(
    baselines.map(name => [name, { top1: bestOf(phones, name, 'top1'), top3: bestOf(phones, name, 'top3') }]),
  ) as Record<Baseline, Points>;
  const counted = stretches.map(of => countsOf(of, best));
  const points = (of: readonly Stretch[], row: Source | Baseline): Points => {
    const words = of.reduce((sum, stretch) => sum + stretch.words, 0);
    const share = (top: keyof Points) =>
      (100 * of.reduce((sum, { hits }) => sum + hits.get(row)![top], 0)) / words;
    return { top1: share('top1'), top3: share('top3') };
  };
  const rows = Object.fromEntries(
    (['global', 'personal', 'hybrid', ...baselines] as const).map(row => [row, points(counted, row)]),
  ) as Record<Source | Baseline, Points>;
  const bestFor = (top: keyof Points) =>
    baselines.reduce((one, other) => (rows[other][top] > rows[one][top] ? other : one));
  const gainOver = (over: Readonly<Record<keyof Points, Source | Baseline>>): Gain => {
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

/** The place of the weight under which a baseline has most hits on all phones. */
function bestOf(phones: readonly ScoredPhone[], name: Baseline, top: keyof Points): number {
  const sums = ownWeights.map((_, i) => phones.reduce((sum, { hits }) => sum + hits[name][top][i]!, 0));
  return sums.indexOf(Math.max(...sums));
}

function countsOf(phones: readonly ScoredPhone[], best: Readonly<Record<Baseline, Points>>): Stretch {
  const sum = (of: (phone: ScoredPhone) => number) => phones.reduce((all, phone) => all + of(phone), 0);
  const ofSource = (source: Source, top: keyof Points) =>
    sum(({ recalls }) => recalls[source][top] * recalls[source].words);
  const sources = ['global', 'personal', 'hybrid'] as const;
  return {
    words: sum(({ recalls }) => recalls.hybrid.words),
    hits: new Map<Source | Baseline, Points>([
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

/** Of points of all words: a stretch counts by how far its own hits are from what as many words have on average. */
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
