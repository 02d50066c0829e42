import type uPlot from 'uplot';

/** How the axes of all charts look. Colours are CSS colours, `font` a CSS font. */
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
