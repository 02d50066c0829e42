import type { Figures } from '@murmuration/api/version';
import { useMemo } from 'preact/hooks';
import { Chart } from '../charts/chart.tsx';
import type { Colour } from '../charts/colours.ts';
import type { ChartContent } from '../charts/content.ts';
import { figure, percent } from '../page/format.ts';
import { strings } from '../strings.ts';
import { nameOf, type Reading, readingOf } from './figures.ts';

const colours: readonly Colour[] = ['shared', 'both', 'good', 'yours', 'muted'];

const formats: Readonly<Record<Reading['unit'], (value: number) => string>> = {
  share: value => percent(value),
  nats: value => value.toFixed(3).replace(/0+$/, '').replace(/\.$/, ''),
  number: figure,
};

/** The figures of versions, those of one unit in one chart. */
export function Curves({ figures }: { readonly figures: Figures }) {
  const charts = useMemo(() => chartsOf(figures), [figures]);
  if (charts.length === 0) return <p class="card hint">{strings.model.noFigures}</p>;
  return (
    <div class="charts">
      {charts.map(content => (
        <section key={content.title} class="card">
          <Chart content={content} />
        </section>
      ))}
    </div>
  );
}

function chartsOf({ versions, rounds, figures }: Figures): ChartContent[] {
  const names = Object.keys(figures);
  return (['share', 'nats', 'number'] as const).flatMap(unit => {
    const fit = names.filter(name => readingOf(name, figures[name]!).unit === unit);
    // Figures without a unit have no scale in common.
    const groups = unit === 'number' ? fit.map(name => [name]) : fit.length > 0 ? [fit] : [];
    return groups.map(group => ({
      title: unit === 'number' ? nameOf(group[0]!) : strings.model.charts[unit],
      x: { label: strings.model.byVersion, values: versions },
      y: {
        label: strings.model.units[unit],
        format: formats[unit],
        ...(unit === 'share' && { tick: (value: number) => percent(value, 0) }),
      },
      kind: 'lines' as const,
      series: group.map((name, i) => ({
        label: nameOf(name),
        colour: colours[i % colours.length]!,
        values: figures[name]!,
      })),
      place: (x: number) => strings.model.placeOf(x, rounds[versions.indexOf(x)] ?? null),
    }));
  });
}
