import type { EstimateMessage, FiguresMessage } from '@murmuration/api/query';
import { count, figure, percent } from '../format/format.ts';
import { occupied } from './histogram.ts';
import { words } from './words.ts';

/** Row of the table of a query's result, as text. */
export interface FiguresRow {
  readonly what: string;
  /** Number of values or devices counted; null if nothing is counted. */
  readonly count: string | null;
  readonly value: string;
  readonly interval: string;
}

/**
 * Rows of a query's result, one for each figure; for a histogram the bins from the first to the last with a
 * value.
 */
export function rowsOf(figures: FiguresMessage): FiguresRow[] {
  const of = (what: string, counted: number, perDevice: EstimateMessage): FiguresRow => ({
    what,
    count: count(counted),
    value: words.ofHundred(perDevice.value),
    interval: words.range(perDevice, words.ofHundred),
  });
  switch (figures.kind) {
    case 'count': {
      const write = (value: number) => percent(value);
      return [
        {
          what: words.rows.share,
          count: count(figures.count),
          value: write(figures.share.value),
          interval: words.range(figures.share, write),
        },
      ];
    }
    case 'sum':
      return [estimated(words.rows.sum, figures.sum)];
    case 'mean':
      return [
        estimated(words.rows.mean, figures.mean),
        { what: words.rows.deviation, count: null, value: figure(figures.deviation), interval: '–' },
      ];
    case 'distinct':
      return [
        {
          what: words.rows.distinct,
          count: null,
          value: words.wholeNumber(figures.distinct.value),
          interval: words.range(figures.distinct, words.wholeNumber),
        },
        { what: words.rows.error, count: null, value: figure(figures.error), interval: '–' },
      ];
    case 'sketch':
      return [{ what: words.rows.heavy, count: count(figures.buckets), value: '–', interval: '–' }];
    case 'numbers':
      return [{ what: words.rows.numbers, count: count(figures.found), value: '–', interval: '–' }];
    case 'ngram-sketch':
      return [
        { what: words.rows.places(figures.length), count: count(figures.found), value: '–', interval: '–' },
      ];
    case 'ngrams':
      return [
        { what: words.rows.ngrams(figures.length), count: count(figures.found), value: '–', interval: '–' },
      ];
    case 'heavy-hitters':
      return figures.texts.map(({ text, devices, share }) => of(text, devices, share));
    case 'histogram':
      return occupied(figures.bins).map(bin => of(words.bin(bin), bin.count, bin.perDevice));
    case 'top':
      return [
        ...figures.items.map(({ item, count: counted, perDevice }) => of(item, counted, perDevice)),
        { what: words.table.others, count: count(figures.others), value: '–', interval: '–' },
      ];
    case 'arm': {
      const write = (value: number) => percent(value);
      return figures.outcomes.map(({ outcome, count: counted, rate }) => ({
        what: outcome,
        count: count(counted),
        value: write(rate.value),
        interval: words.range(rate, write),
      }));
    }
    case 'evaluation':
      return figures.versions.flatMap(version =>
        version.parts.flatMap(({ slice, devices, metrics }): FiguresRow[] => {
          const of = `${words.version(version)}, ${words.part(slice)}`;
          if (metrics.length === 0)
            return [{ what: of, count: count(devices), value: '–', interval: words.few }];
          return metrics.map(({ metric, mean }) => ({
            ...estimated(`${of}: ${metric}`, mean),
            count: count(devices),
          }));
        }),
      );
    case 'outcomes': {
      const write = (value: number) => percent(value);
      return figures.versions.flatMap((version): FiguresRow[] =>
        version.predictions === null
          ? [{ what: words.version(version), count: null, value: '–', interval: words.few }]
          : version.outcomes.map(({ outcome, count: counted, share }) => ({
              what: `${words.version(version)}: ${outcome}`,
              count: count(counted),
              value: write(share.value),
              interval: words.range(share, write),
            })),
      );
    }
  }
}

function estimated(what: string, estimate: EstimateMessage): FiguresRow {
  return {
    what,
    count: null,
    value: figure(estimate.value),
    interval: words.range(estimate, figure),
  };
}
