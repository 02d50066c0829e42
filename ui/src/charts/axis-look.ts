import type uPlot from 'uplot';

/** Look of the axes of all charts. Colours are CSS colours, `font` is a CSS font. */
export function axisLook({
  muted,
  line,
  font,
}: {
  readonly muted: string;
  readonly line: string;
  readonly font: string;
}): Partial<uPlot.Axis> {
  return { stroke: muted, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
}
