import { wholeSteps } from '@murmuration/ui/charts/steps';
import uPlot from 'uplot';
import type { Line, LineChart } from '../chart.ts';
import type { Abscissa } from '../curves.ts';
import { quantity, type Scale, scaleFor } from '../quantities.ts';
import { axis, commonOptions, flat, widthOfNumbers } from './axes.ts';
import type { Ink } from './ink.ts';
import { drawReferences, marksFor } from './references.ts';
import { tip } from './tip.ts';

const abscissas: Readonly<Record<Abscissa, { unit: 'count' | 'bytes' | 'ms'; label: string }>> = {
  round: { unit: 'count', label: 'round' },
  bytes: { unit: 'bytes', label: 'traffic so far, up and down' },
  ms: { unit: 'ms', label: 'simulated time' },
};

/** Lines over what the reader chose, and what others published. */
export function linePlot(
  chart: LineChart,
  over: Abscissa,
  ink: Ink,
  width: number,
  place: HTMLElement,
): uPlot {
  const { step = 'round' } = chart;
  const { unit: unitOfX } = abscissas[over];
  const label = over === 'round' ? step : abscissas[over].label;
  const lastRound = most(chart.lines.flatMap(({ round }) => round));
  const references = marksFor(chart.references, lastRound, over === 'round');
  const heights = chart.lines.flatMap(({ value, band }) => [
    ...value,
    ...(band?.low ?? []),
    ...(band?.high ?? []),
  ]);
  const scaleX = scaleFor(most(chart.lines.flatMap(line => line[over])), unitOfX);
  const scaleY = scaleFor(most(heights.map(Math.abs)), chart.unit);
  const tables = chart.lines.map(line => tableOf(line, over, scaleX, scaleY));
  const data = uPlot.join(tables);
  const seriesOf = new Map<Line, number>();
  const series: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const line of chart.lines) {
    const colour = ink.colour(line.colour);
    seriesOf.set(line, series.length);
    series.push({
      stroke: colour,
      width: 2,
      spanGaps: true,
      points: { show: line.round.length < 2, size: 7, fill: colour },
      ...(line.dashed ? { dash: [6, 4] } : {}),
    });
    if (!line.band) continue;
    const edge: uPlot.Series = { stroke: 'transparent', width: 0, spanGaps: true, points: { show: false } };
    bands.push({
      series: [series.length + 1, series.length],
      fill: `${colour}29`,
    });
    series.push(edge, edge);
  }
  return new uPlot(
    {
      ...commonOptions(width),
      series,
      bands,
      scales: {
        x: {
          time: false,
          range: (_plot, low, high) => {
            const end = Math.max(high, ...references.map(({ round }) => round ?? 0));
            return low === end ? [low - 1, end + 1] : [low, end];
          },
        },
        y: {
          range: (_plot, low, high) => {
            const marks = references.map(({ value }) => value / scaleY.divisor);
            const [bottom, top] = uPlot.rangeNum(
              Math.min(low, ...marks),
              Math.max(high, ...marks),
              0.08,
              true,
            );
            return chart.unit === 'share' ? [Math.max(0, bottom!), Math.min(100, top!)] : [bottom, top];
          },
        },
      },
      axes: [
        axis(ink, label, scaleX, over === 'round' ? { ...flat, incrs: wholeSteps } : flat),
        axis(ink, chart.label, scaleY, { size: widthOfNumbers }),
      ],
      cursor: { drag: { x: false, y: false }, y: false, points: { size: 7 } },
      hooks: { draw: [plot => drawReferences(plot, references, scaleY.divisor, ink)] },
      plugins: [
        tip(index => ({
          head: `${over === 'round' ? `${step} ` : ''}${quantity(data[0][index]! * scaleX.divisor, unitOfX)}`,
          lines: chart.lines.flatMap(line => {
            const value = data[seriesOf.get(line)!]![index];
            if (typeof value !== 'number') return [];
            return [
              {
                swatch: `c${line.colour}`,
                text: `${line.name} ${quantity(value * scaleY.divisor, chart.unit)}`,
              },
            ];
          }),
        })),
      ],
    },
    data,
    place,
  );
}

function tableOf(line: Line, over: Abscissa, scaleX: Scale, scaleY: Scale): uPlot.AlignedData {
  const upright = (column: readonly number[]) => column.map(value => value / scaleY.divisor);
  const { low, high } = line.band ?? { low: [], high: [] };
  const columns = [upright(line.value), ...(line.band ? [upright(low), upright(high)] : [])];
  return [line[over].map(value => value / scaleX.divisor), ...columns];
}

const most = (values: readonly number[]): number => values.reduce((one, other) => Math.max(one, other), 0);
