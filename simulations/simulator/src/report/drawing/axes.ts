import { axisLook } from '@murmuration/ui/charts/axis-look';
import type uPlot from 'uplot';
import type { Scale } from '../quantities.ts';
import type { Ink } from './ink.ts';

/** An axis whose name says its unit. */
export function axis(ink: Ink, label: string, { name }: Scale, rest: Partial<uPlot.Axis> = {}): uPlot.Axis {
  return {
    ...axisLook({ muted: ink.muted, line: ink.line, font: ink.font(12) }),
    label: name === '' ? label : `${label} (${name})`,
    labelFont: ink.font(12),
    labelSize: 20,
    labelGap: 2,
    border: { show: false },
    ...rest,
  };
}

/** Options of a horizontal axis. */
export const flat: Partial<uPlot.Axis> = { size: 26, labelSize: 18, grid: { show: false } };

/** The space that the numbers of an upright axis take. */
export function widthOfNumbers(plot: uPlot, values: readonly string[] | null): number {
  const longest = (values ?? []).reduce((one, other) => (other.length > one.length ? other : one), '');
  plot.ctx.font = plot.axes[1]!.font![0]!;
  return Math.ceil(plot.ctx.measureText(longest).width / devicePixelRatio) + 14;
}

/** Options that all plots of the page share. */
export function commonOptions(width: number): Pick<uPlot.Options, 'width' | 'height' | 'legend' | 'padding'> {
  return { width, height: width < 420 ? 230 : 280, legend: { show: false }, padding: [12, 12, 0, 0] };
}
