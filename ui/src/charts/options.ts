import uPlot from 'uplot';
import { colourOf } from './colours.ts';
import type { ChartContent, ChartMark } from './content.ts';
import { reachOf } from './reach.ts';
import { wholeSteps } from './steps.ts';

interface Frame {
  readonly width: number;
  readonly height: number;
  /** Receives the index of the value under the pointer; null if there is none. */
  readonly moved: (index: number | null) => void;
}

const font = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/**
 * Options of a chart in the colours of the current theme.
 * @param shown returns the current content, always with the same series.
 */
export function optionsOf(shown: () => ChartContent, { width, height, moved }: Frame): uPlot.Options {
  const content = shown();
  const { x, y, kind } = content;
  const axis = {
    stroke: colourOf('muted'),
    font,
    grid: { stroke: colourOf('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    padding: [12, 26, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 9, width: 2, stroke: () => colourOf('card') },
    },
    hooks: {
      draw: [plot => drawMarks(plot, shown().marks ?? [])],
      setCursor: [
        ({ cursor }) => moved(cursor.left !== undefined && cursor.left >= 0 ? (cursor.idx ?? null) : null),
      ],
    },
    scales: {
      x: { time: x.isTime ?? false, range: () => reachOf(shown()) },
      y: { range: heightOf(content) },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        ...(x.tick && {
          values: (_plot: uPlot, splits: number[]) => splits.map(value => x.tick!(value, stepOf(splits))),
        }),
        // Times with seconds need more room than numbers.
        ...(x.isTime && { space: 72 }),
        ...(!x.isTime && { incrs: wholeSteps }),
      },
      {
        ...axis,
        size: 58,
        values: (_plot, splits) => splits.map(value => y.tick?.(value, stepOf(splits)) ?? y.format(value)),
        ...(kind === 'stack' && { incrs: wholeSteps }),
      },
    ],
    series: [{}, ...content.series.map(({ label, colour }) => seriesOf(kind, label, colourOf(colour)))],
  };
}

/** Most marks with numbers, which would overlap. */
const maxNumbered = 12;

/** Draws a line at each mark, with its number in the list below the chart. */
function drawMarks(plot: uPlot, marks: readonly ChartMark[]): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.font = font.replace('12', String(11 * scale));
  ctx.textAlign = 'center';
  ctx.textBaseline = 'alphabetic';
  ctx.lineWidth = 2 * scale;
  ctx.setLineDash([4 * scale, 3 * scale]);
  for (const [i, { at, colour }] of marks.entries()) {
    const x = plot.valToPos(at, 'x', true);
    ctx.strokeStyle = ctx.fillStyle = colourOf(colour);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (marks.length <= maxNumbered) ctx.fillText(String(i + 1), x, bbox.top - 2 * scale);
  }
  ctx.restore();
}

/** Distance between ticks; 0 for a single one. */
function stepOf([first = 0, second = first]: readonly number[]): number {
  return second - first;
}

function seriesOf(kind: ChartContent['kind'], label: string, colour: string): uPlot.Series {
  if (kind === 'stack')
    return {
      label,
      fill: colour,
      width: 0,
      paths: uPlot.paths.bars!({ size: [0.72, 40], radius: [0.25, 0] }),
      points: { show: false },
    };
  return {
    label,
    stroke: colour,
    width: 2,
    spanGaps: true,
    paths: uPlot.paths.linear!(),
    points: { show: true, size: 6, fill: colour, filter: lone },
  };
}

/** Values without neighbours, which a line would not show. */
function lone({ data }: uPlot, series: number): number[] {
  const values = data[series] ?? [];
  const isThere = (index: number) => values[index] !== null && values[index] !== undefined;
  return Array.from(values, (_, index) => index).filter(
    index => isThere(index) && !isThere(index - 1) && !isThere(index + 1),
  );
}

function heightOf({
  y,
  kind,
}: ChartContent): (plot: uPlot, from: number | null, to: number | null) => [number, number] {
  return (_plot, from, to) => {
    if (from === null || to === null) return [0, 1];
    if (kind === 'stack') return [0, Math.max(1, to) * 1.08];
    const room = (to - from || Math.abs(to) || 1) * 0.12;
    const low = from - room;
    return [y.fromZero || (from >= 0 && low < 0) ? 0 : low, to + room];
  };
}
