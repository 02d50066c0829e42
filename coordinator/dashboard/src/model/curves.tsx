import type { FigureColumns } from '@murmuration/api/version';
import type { Colour } from '@murmuration/ui/charts/colours';
import type { ChartContent } from '@murmuration/ui/charts/content';
import { useMemo } from 'preact/hooks';
import { RangedCharts } from '../controls/chart-card.tsx';
import { decimalsFor, figure, percent } from '../format/format.ts';
import { type FigureReading, nameOf, readingOf } from '../metrics/figures.ts';
import { words } from './words.ts';

const colours: readonly Colour[] = ['shared', 'both', 'good', 'yours', 'muted'];

const formats: Readonly<Record<FigureReading['unit'], (value: number) => string>> = {
  share: value => percent(value),
  loss: value => value.toFixed(3).replace(/0+$/, '').replace(/\.$/, ''),
  number: figure,
};

interface Shown {
  readonly task: string;
  readonly figures: FigureColumns;
}

/** Charts of the figures of versions, one for each unit. */
export function Curves({ task, figures }: Shown) {
  const charts = useMemo(() => chartsOf(figures), [figures]);
  const times = useMemo(() => figures.times.map(at => Date.parse(at) / 1_000), [figures]);
  if (charts.length === 0) return <p class="card hint">{words.model.noFigures}</p>;
  return <RangedCharts task={task} contents={charts} times={times} />;
}

function chartsOf({ versions, rounds, figures, fromDevices }: FigureColumns): ChartContent[] {
  const all = [
    ...Object.entries(figures).map(([name, values]) => ({ name, values, label: nameOf(name) })),
    ...Object.entries(fromDevices).map(([name, values]) => ({
      name,
      values,
      label: words.model.fromDevices(nameOf(name)),
    })),
  ];
  return (['share', 'loss', 'number'] as const).flatMap(unit => {
    const fit = all.filter(({ name, values }) => readingOf(name, values).unit === unit);
    // Figures without a unit have no common scale.
    const groups =
      unit === 'number'
        ? fit.map(figure => ({ title: figure.label, of: [figure] }))
        : fit.length > 0
          ? [{ title: words.model.charts[unit], of: fit }]
          : [];
    return groups.map(({ title, of }) => ({
      title,
      x: { label: words.model.byVersion, values: versions },
      y: {
        label: words.model.units[unit],
        format: formats[unit],
        ...(unit === 'share' && {
          tick: (value: number, step: number) => percent(value, decimalsFor(100 * step)),
        }),
      },
      kind: 'lines' as const,
      series: of.map(({ label, values }, i) => ({
        label,
        colour: colours[i % colours.length]!,
        values,
      })),
      place: (x: number) => words.model.placeOf(x, rounds[versions.indexOf(x)] ?? null),
    }));
  });
}
