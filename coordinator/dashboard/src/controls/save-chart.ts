import type { ChartContent } from '@murmuration/ui/charts/content';
import { type CsvCell, csv } from '../format/csv.ts';
import { download } from './download.ts';
import { words } from './words.ts';

/** Rows of a chart: position, values, and the changes between the row before and this one. */
export function rowsOf({ x, series, marks = [] }: ChartContent): readonly (readonly CsvCell[])[] {
  const head = [x.label, ...series.map(({ label }) => label), words.changes];
  const rows = x.values.map((value, i): readonly CsvCell[] => {
    const before = x.values[i - 1] ?? Number.NEGATIVE_INFINITY;
    const isLast = i === x.values.length - 1;
    const told = marks.filter(({ at }) => at > before && (at <= value || isLast));
    return [
      x.isTime ? new Date(value * 1_000).toISOString() : value,
      ...series.map(({ values }) => values[i] ?? null),
      told.map(({ text }) => text).join('; '),
    ];
  });
  return [head, ...rows];
}

/** Saves the values of a chart as a CSV file. */
export function saveChart(content: ChartContent): void {
  const name = content.title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
  download(`${name}.csv`, 'text/csv', csv(rowsOf(content)));
}
