import type { FiguresMessage, QueryResultMessage } from '@murmuration/api/query';
import type { Colour } from '@murmuration/ui/charts/colours';
import type { ChartContent } from '@murmuration/ui/charts/content';
import { figure, hourOrDay, moment, percent } from '../format/format.ts';
import { words } from './words.ts';

interface Line {
  readonly label: string;
  /** Colour of the line; by default that of its place. */
  readonly colour?: Colour;
  readonly of: (figures: FiguresMessage) => number | null;
}

const colours: readonly Colour[] = ['shared', 'yours', 'both', 'good', 'muted'];

/**
 * Chart of results over time: an estimate with its interval, quantiles, or items. null if fewer than two of
 * the results (newest first) have figures.
 */
export function trendOf(results: readonly QueryResultMessage[]): ChartContent | null {
  const all = results.flatMap(({ endedAt, figures }) =>
    // The first of two rounds only prepares the answer.
    figures && figures.kind !== 'sketch' && figures.kind !== 'ngram-sketch' ? [{ endedAt, figures }] : [],
  );
  const [newest] = all.map(({ figures }) => figures);
  // Rounds of one chain find n-grams of other lengths.
  const shown = all.filter(
    ({ figures }) =>
      figures.kind !== 'ngrams' || newest?.kind !== 'ngrams' || figures.length === newest.length,
  );
  if (!newest || shown.length < 2) return null;
  const inOrder = shown.toReversed();
  return {
    title: words.trend,
    x: {
      label: words.time,
      values: inOrder.map(({ endedAt }) => Date.parse(endedAt) / 1_000),
      isTime: true,
      tick: hourOrDay,
    },
    place: x => moment(new Date(x * 1_000).toISOString()),
    y: {
      label: words.measured[newest.kind],
      format: ['count', 'outcomes', 'arm'].includes(newest.kind) ? value => percent(value) : figure,
    },
    kind: 'lines',
    series: linesOf(newest).map(({ label, colour, of }, i) => ({
      label,
      colour: colour ?? colours[i]!,
      values: inOrder.map(({ figures }) => (figures.kind === newest.kind ? of(figures) : null)),
    })),
  };
}

function linesOf(
  newest: Exclude<FiguresMessage, { readonly kind: 'sketch' | 'ngram-sketch' }>,
): readonly Line[] {
  switch (newest.kind) {
    case 'histogram':
      return newest.quantiles.slice(0, colours.length).map(({ quantile }) => ({
        label: words.quantile(quantile),
        of: figures => {
          if (figures.kind !== 'histogram') return null;
          return figures.quantiles.find(each => each.quantile === quantile)?.value ?? null;
        },
      }));
    case 'top':
      return newest.items.slice(0, colours.length).map(({ item }) => ({
        label: item,
        of: figures => {
          const found = figures.kind === 'top' && figures.items.find(each => each.item === item);
          return found ? 100 * found.perDevice.value : null;
        },
      }));
    case 'outcomes': {
      const outcomes = newest.versions.flatMap(version => version.outcomes.map(({ outcome }) => outcome));
      return [...new Set(outcomes)].slice(0, colours.length).map(outcome => ({
        label: outcome,
        of: figures => newestShare(figures, outcome),
      }));
    }
    case 'arm':
      return newest.outcomes.slice(0, colours.length).map(({ outcome }) => ({
        label: outcome,
        of: figures => {
          const found = figures.kind === 'arm' && figures.outcomes.find(each => each.outcome === outcome);
          return found ? found.rate.value : null;
        },
      }));
    case 'evaluation': {
      const metrics = words.newestOf(newest.versions)?.parts[0]?.metrics ?? [];
      return metrics.slice(0, colours.length).map(({ metric }) => ({
        label: metric,
        of: figures => {
          const of = figures.kind === 'evaluation' ? words.newestOf(figures.versions) : undefined;
          return of?.parts[0]?.metrics.find(each => each.metric === metric)?.mean.value ?? null;
        },
      }));
    }
    case 'heavy-hitters':
      return newest.texts.slice(0, colours.length).map(({ text }) => ({
        label: text,
        of: figures => {
          const found = figures.kind === 'heavy-hitters' && figures.texts.find(each => each.text === text);
          return found ? 100 * found.share.value : null;
        },
      }));
    case 'numbers':
      return [
        {
          label: words.measured.numbers,
          of: figures => (figures.kind === 'numbers' ? figures.found : null),
        },
      ];
    case 'ngrams':
      return [
        {
          label: words.measured.ngrams,
          of: figures =>
            figures.kind === 'ngrams' && figures.length === newest.length ? figures.found : null,
        },
      ];
    case 'sum':
      return [{ label: words.estimate.sum, of: figures => estimateOf(figures)?.value ?? null }];
    default:
      return [
        { label: words.estimate[newest.kind], of: figures => estimateOf(figures)?.value ?? null },
        { label: words.low, colour: 'both', of: figures => estimateOf(figures)?.low ?? null },
        { label: words.high, colour: 'both', of: figures => estimateOf(figures)?.high ?? null },
      ];
  }
}

/** Share of an outcome among predictions of the newest version that enough devices reported on. */
function newestShare(figures: FiguresMessage, outcome: string): number | null {
  if (figures.kind !== 'outcomes') return null;
  const shown = figures.versions.filter(({ predictions }) => predictions !== null);
  const [newest] = shown.toSorted((a, b) => (b.version ?? -1) - (a.version ?? -1));
  return newest?.outcomes.find(each => each.outcome === outcome)?.share.value ?? null;
}

/** Estimate of figures that have exactly one; otherwise null. */
function estimateOf(figures: FiguresMessage) {
  switch (figures.kind) {
    case 'count':
      return figures.share;
    case 'sum':
      return figures.sum;
    case 'mean':
      return figures.mean;
    case 'distinct':
      return figures.distinct;
    default:
      return null;
  }
}
